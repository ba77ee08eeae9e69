import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { GatewayComponent } from '../telemetry/quota-metrics.ts';

export interface FaultPorts {
  readonly metrics: Pick<Metrics, 'gatewayFaults'>;
  readonly log: Pick<Logger, 'error'>;
}

/**
 * A callback that lets no exception out, of its own or of a promise that it returns. Listeners, timers and
 * subscriptions have no caller that could catch one: it would end the process, and everybody's connections with it.
 * `end` closes just what the callback was about.
 */
export function contained<A extends readonly unknown[]>(
  ports: FaultPorts,
  component: GatewayComponent,
  run: (...args: A) => unknown,
  end: () => void = () => undefined,
): (...args: A) => void {
  const report = (error: unknown): void => {
    ports.metrics.gatewayFaults.inc({ component });
    ports.log.error({ err: error, component }, 'gateway: internal error');
  };
  const fault = (error: unknown): void => {
    report(error);
    try {
      end();
    } catch (another) {
      report(another);
    }
  };
  return (...args) => {
    try {
      const running = run(...args);
      if (running instanceof Promise) running.catch(fault);
    } catch (error) {
      fault(error);
    }
  };
}
