import { type HandlerSource, reportHandlerError, runGuarded } from '../telemetry/guarded.ts';

/**
 * A guarded callback that also lets no rejection out of a promise that it returns. Listeners, timers and subscriptions
 * have no caller that could catch one: it would end the process, and all connections with it. `end` closes just
 * what the callback was about.
 */
export function contained<A extends readonly unknown[]>(
  source: HandlerSource,
  run: (...args: A) => unknown,
  end: () => void = () => undefined,
): (...args: A) => void {
  const failed = (error: unknown): void => {
    reportHandlerError(source, error);
    runGuarded(source, end);
  };
  return (...args) => {
    try {
      const running = run(...args);
      if (running instanceof Promise) running.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}
