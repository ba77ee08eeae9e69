import { entryAt, finalLogs } from './final-log.ts';
import type { RunRecord } from './run-record.ts';
import { Findings, type Verdict } from './verdict.ts';

/** Every acknowledgement, the repeated ones included, names the seq at which the message is. */
export function checkAcks(run: RunRecord): Verdict {
  const findings = new Findings('K3');
  const logs = finalLogs(run);
  const appends = [...run.appends];
  const check = (number: number, session: number, seq: number, what: string): void => {
    findings.looked();
    const found = entryAt(logs[session], seq);
    const where = `${run.sessionIds[session] ?? session} seq ${seq}`;
    if (found === null) findings.violation(`${where}: ${what} of append ${number}, but it is lost`);
    else if (found.append !== number)
      findings.violation(
        `${where}: ${what} of append ${number}, but append ${found.append} is there`,
      );
  };
  let acknowledged = 0;
  for (const [number, { session, outcome, seq }] of appends.entries()) {
    if (outcome !== 'ok') continue;
    acknowledged += 1;
    check(number, session, seq, 'acknowledgement');
  }
  for (const { append: number, seq } of run.repeatedAcks) {
    const append = appends[number];
    if (append === undefined)
      findings.violation(`an acknowledgement of append ${number}: never sent`);
    else check(number, append.session, seq, 'repeated acknowledgement');
  }
  return findings.verdict({ acknowledged, 'acknowledged again': run.repeatedAcks.length });
}
