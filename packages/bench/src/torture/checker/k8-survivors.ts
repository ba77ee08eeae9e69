import { finalLogs } from './final-log.ts';
import type { RunRecord } from './run-record.ts';
import { Findings, skipped, type Verdict } from './verdict.ts';

/** What the nodes alone held after all of them lost power: everything acknowledged that Postgres had not. */
export function checkSurvivors(run: RunRecord): Verdict {
  if (run.survivors === null) return skipped('K8', 'the run had no power failure of all nodes');
  const findings = new Findings('K8');
  const logs = finalLogs(run);
  let messages = 0;
  for (const { session, node, afterSeq, digests, acknowledgedSeq } of run.survivors) {
    const name = run.sessionIds[session] ?? String(session);
    const entries = logs[session]?.entries ?? [];
    findings.looked();
    messages += digests.length;
    const reached = afterSeq + digests.length;
    if (reached < acknowledgedSeq)
      findings.violation(
        `${name}: ${acknowledgedSeq} was acknowledged; ${node} had ${reached} after the power failure`,
      );
    const wrong = digests.findIndex((digest, at) => digest !== entries[afterSeq + at]?.digest);
    if (wrong !== -1)
      findings.violation(`${name}: ${node} had another message ${afterSeq + wrong + 1}`);
  }
  return findings.verdict({ 'messages from the nodes alone': messages });
}
