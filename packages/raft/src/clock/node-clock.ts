import { performance } from 'node:perf_hooks';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import type { Clock } from './clock.ts';

/** The clock of a process: `defer` is the check phase, after the sockets of this turn were read. */
export const nodeClock: Clock = {
  now: () => performance.now(),
  setTimer: (delayMs, fire) => {
    const timeout = setTimeout(fire, delayMs);
    return { cancel: () => clearTimeout(timeout) };
  },
  defer: (run) => {
    setImmediate(run);
  },
  soon: (run) => queueMicrotask(run),
};
