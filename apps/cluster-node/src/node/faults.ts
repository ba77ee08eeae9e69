import type { Clock } from '@fleetlm/raft/host';
import {
  guarded,
  type HandlerContext,
  type HandlerSource,
  reportHandlerErrors,
} from '../telemetry/guarded.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Errors that should not happen and end nothing but the work that they came from: counted and logged, here only. */
export class Faults {
  readonly #metrics: Pick<Metrics, 'faults' | 'handlerErrors'>;
  readonly #log: Logger;

  constructor({ metrics, log }: { readonly metrics: Metrics; readonly log: Logger }) {
    this.#metrics = metrics;
    this.#log = log;
    reportHandlerErrors(this.handler);
  }

  readonly report = (error: unknown): void => {
    this.#metrics.faults.inc({ kind: 'unexpected' });
    this.#log.error({ err: error }, 'internal error');
  };

  readonly handler = (
    source: HandlerSource,
    error: unknown,
    context: HandlerContext = {},
  ): void => {
    this.#metrics.handlerErrors.inc({ source });
    this.#metrics.faults.inc({ kind: 'unexpected' });
    this.#log.error({ err: error, source, ...context }, 'internal error');
  };
}

/** A clock whose callbacks are guarded. Not for the host and the log, whose exceptions must stop the process. */
export function guardedClock(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    setTimer: (delayMs, fire) => clock.setTimer(delayMs, guarded('timer', fire)),
    defer: (run) => clock.defer(guarded('timer', run)),
    soon: (run) => clock.soon(guarded('timer', run)),
  };
}
