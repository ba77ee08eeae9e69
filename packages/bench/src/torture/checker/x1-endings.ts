import type { RunRecord } from './run-record.ts';
import { Findings, type Verdict } from './verdict.ts';

/** Nodes neither end by themselves nor go on where they have to end. */
export function checkEndings(run: RunRecord): Verdict {
  const findings = new Findings('X1');
  for (const { number, kind, target, broken } of run.faults) {
    findings.looked();
    if (broken !== null) findings.violation(`fault ${number} (${kind} ${target}): ${broken}`);
  }
  for (const { node, detail } of run.unexpectedEnds)
    findings.violation(`${node} ended by itself: ${detail}`);
  return findings.verdict({ faults: run.faults.length });
}
