import { finalLogs } from './final-log.ts';
import type { RunRecord } from './run-record.ts';
import { Findings, type Verdict } from './verdict.ts';

/** After the run has settled, every node says the same of every session. */
export function checkReplicas(run: RunRecord): Verdict {
  const findings = new Findings('K1');
  const reference = finalLogs(run);
  for (const { node, sessions } of run.nodeLogs.slice(1)) {
    for (const [number, expected] of reference.entries()) {
      const found = sessions[number];
      const name = run.sessionIds[number] ?? String(number);
      findings.looked(expected.entries.length);
      if (found === undefined) {
        findings.violation(`${node} does not know ${name}`);
        continue;
      }
      const length = Math.max(expected.entries.length, found.entries.length);
      for (let at = 0; at < length; at += 1) {
        const same =
          expected.entries[at]?.digest === found.entries[at]?.digest &&
          expected.seqs[at] === found.seqs[at];
        if (same) continue;
        findings.violation(`${name} differs on ${node} from its message ${at + 1} on`);
        break;
      }
      if (expected.lastReadSeq !== found.lastReadSeq)
        findings.violation(
          `${name}: the cursor is ${found.lastReadSeq} on ${node}, elsewhere ${expected.lastReadSeq}`,
        );
    }
  }
  return findings.verdict({ nodes: run.nodeLogs.length, sessions: reference.length });
}
