import type { DispatchPorts } from './dispatch-api.ts';

/** A port that did not answer in time. */
export class PortTimeoutError extends Error {
  constructor(port: string, limitMs: number) {
    super(`${port} did not answer within ${limitMs} ms`);
    this.name = 'PortTimeoutError';
  }
}

/**
 * The ports as the engine uses them: none keeps it waiting without end, and what only listens can't throw into it. All
 * others may throw; who calls them sees to it that the work ends all the same.
 */
export function guardPorts(ports: DispatchPorts): DispatchPorts {
  const { portLimitMs } = ports.limits;
  const onError = (error: unknown): void => {
    try {
      ports.onError(error);
    } catch {
      // There is no caller left: an error of the log itself must not end the work that it is about.
    }
  };
  const listener =
    <A extends readonly unknown[]>(listen: (...args: A) => void) =>
    (...args: A): void => {
      try {
        listen(...args);
      } catch (error) {
        onError(error);
      }
    };
  return {
    ...ports,
    onError,
    onAttempt: listener(ports.onAttempt),
    onBreaker: listener(ports.onBreaker),
    busyChanged: listener(ports.busyChanged),
    // It may still be committed later, which is what unknown means.
    propose: async (group, command) =>
      within(ports.propose(group, command), portLimitMs, () => ({ status: 'unknown' })),
    catchUpAgents: async () => within(ports.catchUpAgents(), portLimitMs, () => false),
    history: async (session, settings) =>
      within(ports.history(session, settings), portLimitMs, () => {
        throw new PortTimeoutError('the history', portLimitMs);
      }),
    disableAgent: async (agentId) =>
      within(ports.disableAgent(agentId), portLimitMs, () => {
        throw new PortTimeoutError('disabling an agent', portLimitMs);
      }),
  };
}

async function within<T>(promise: Promise<T>, limitMs: number, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<T>((resolve, reject) => {
    timer = setTimeout(() => {
      try {
        resolve(late());
      } catch (error) {
        reject(error);
      }
    }, limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
