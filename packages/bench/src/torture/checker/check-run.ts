import { checkReplicas } from './k1-replicas.ts';
import { checkLog } from './k2-log.ts';
import { checkAcks } from './k3-acks.ts';
import { checkReads } from './k4-reads.ts';
import { checkRealTime } from './k5-real-time.ts';
import { checkArchive } from './k6-archive.ts';
import { checkTerms } from './k7-terms.ts';
import { checkSurvivors } from './k8-survivors.ts';
import { checkAnswers } from './k9-answers.ts';
import { checkAvailability } from './k10-availability.ts';
import type { RunRecord } from './run-record.ts';
import { CHECK_IDS, type CheckId, skipped, type Verdict } from './verdict.ts';
import { checkEndings } from './x1-endings.ts';

export const CHECKS: Readonly<Record<CheckId, (run: RunRecord) => Verdict>> = {
  K1: checkReplicas,
  K2: checkLog,
  K3: checkAcks,
  K4: checkReads,
  K5: checkRealTime,
  K6: checkArchive,
  K7: checkTerms,
  K8: checkSurvivors,
  K9: checkAnswers,
  K10: checkAvailability,
  X1: checkEndings,
};

/** All checks of a run, in their order. */
export function checkRun(run: RunRecord): readonly Verdict[] {
  return Object.values(CHECKS).map((check) => check(run));
}

/** Of a run that could not be brought to its end: only what does not need the final logs. */
export function checkBrokenOff(run: RunRecord): readonly Verdict[] {
  return CHECK_IDS.map((id) => {
    if (id === 'X1' || id === 'K7') return CHECKS[id](run);
    return skipped(id, 'the run was broken off');
  });
}
