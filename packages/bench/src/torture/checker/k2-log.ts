import { finalLogs } from './final-log.ts';
import type { RunRecord, SessionLog } from './run-record.ts';
import { Findings, type Verdict } from './verdict.ts';

/** seq is 1..n, every message was sent, once, to this session, with this content, and was not refused. */
export function checkLog(run: RunRecord): Verdict {
  const findings = new Findings('K2');
  const seen = new Map<number, { readonly session: number; readonly seq: number }>();
  const logs = finalLogs(run);
  const appends = [...run.appends];
  for (const [session, log] of logs.entries()) {
    const name = run.sessionIds[session] ?? String(session);
    checkNumbers(name, log, findings);
    for (const [at, entry] of log.entries.entries()) {
      const seq = at + 1;
      findings.looked();
      if (entry.append === null) continue;
      const append = appends[entry.append];
      const where = `${name} seq ${seq}`;
      if (append === undefined) {
        findings.violation(`${where}: no client sent append ${entry.append}`);
        continue;
      }
      if (append.session !== session)
        findings.violation(`${where}: append ${entry.append} was sent to another session`);
      if (append.contentDigest !== entry.contentDigest)
        findings.violation(`${where}: append ${entry.append} has another content than was sent`);
      if (append.outcome === 'refused')
        findings.violation(`${where}: append ${entry.append} was refused definitely`);
      const before = seen.get(entry.append);
      if (before !== undefined)
        findings.violation(
          `${where}: append ${entry.append} is also at seq ${before.seq} of ${run.sessionIds[before.session]}`,
        );
      else seen.set(entry.append, { session, seq });
    }
  }
  return findings.verdict({
    appends: appends.length,
    kept: seen.size,
    refused: appends.filter(({ outcome }) => outcome === 'refused').length,
    unknown: appends.filter(({ outcome }) => outcome === 'unknown').length,
  });
}

function checkNumbers(name: string, log: SessionLog, findings: Findings): void {
  const wrong = log.seqs.findIndex((seq, at) => seq !== at + 1);
  if (wrong !== -1)
    findings.violation(`${name}: message ${wrong + 1} has the number ${log.seqs[wrong]}`);
}
