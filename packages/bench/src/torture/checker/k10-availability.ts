import { faultGaps } from './gaps.ts';
import type { RunRecord } from './run-record.ts';
import { Findings, type Verdict } from './verdict.ts';

/** Three times the longest election time-out of the host (2 s). */
export const RECOVERY_LIMIT_MS = 6_000;

/** Within the limit after each fault every session that sends is acknowledged again. */
export function checkAvailability(run: RunRecord): Verdict {
  const findings = new Findings('K10');
  const gaps = faultGaps(run.sessionIds.length, run.appends, run.faults);
  for (const { fault, sessions } of gaps) {
    for (const [session, { recoveredMs }] of sessions.entries()) {
      if (recoveredMs === null) continue;
      findings.looked();
      if (recoveredMs > RECOVERY_LIMIT_MS)
        findings.violation(
          `${run.sessionIds[session]}: no acknowledgement in ${Math.round(recoveredMs)} ms after ` +
            `fault ${fault.number} (${fault.kind} ${fault.target}) was over`,
        );
    }
  }
  const longest = Math.max(0, ...gaps.map(({ longestMs }) => longestMs));
  return findings.verdict({
    faults: run.faults.length,
    'longest time without an acknowledgement, ms': Math.round(longest),
  });
}
