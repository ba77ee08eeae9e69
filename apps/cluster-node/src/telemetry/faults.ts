import { type HandlerContext, type HandlerSource, reportHandlerErrors } from './guarded.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

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
