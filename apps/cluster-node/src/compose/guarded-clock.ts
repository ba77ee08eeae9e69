import type { Clock } from '@fleetlm/raft/host';
import { guarded } from '../telemetry/guarded.ts';

/** A clock whose callbacks are guarded. Not for the host and the log, whose exceptions must stop the process. */
export function guardedClock(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    setTimer: (delayMs, fire) => clock.setTimer(delayMs, guarded('timer', fire)),
    defer: (run) => clock.defer(guarded('timer', run)),
    soon: (run) => clock.soon(guarded('timer', run)),
  };
}
