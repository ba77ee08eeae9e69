import { TOTAL_TIMEOUT_FACTOR } from '@fleetlm/protocol';
import type { AgentRecord } from '../../ports.ts';

export type CallLimit = 'first-byte' | 'idle' | 'total';

/** The three clocks of one call once it is under way; the fourth, of connecting, is the connection's own. */
export class CallLimits {
  readonly #controller = new AbortController();
  readonly #firstByteMs: number;
  readonly #idleMs: number;
  readonly #total: NodeJS.Timeout;
  #silence: NodeJS.Timeout | null;
  #expired: CallLimit | null = null;

  constructor(agent: Pick<AgentRecord, 'timeoutMs' | 'idleTimeoutMs' | 'totalTimeoutMs'>) {
    this.#firstByteMs = agent.timeoutMs;
    this.#idleMs = agent.idleTimeoutMs ?? agent.timeoutMs;
    const totalMs = agent.totalTimeoutMs ?? agent.timeoutMs * TOTAL_TIMEOUT_FACTOR;
    this.#total = setTimeout(() => this.#expire('total'), totalMs);
    this.#silence = setTimeout(() => this.#expire('first-byte'), this.#firstByteMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Null: none has passed. */
  get expired(): CallLimit | null {
    return this.#expired;
  }

  /** Bytes came, or are waited for again: silence is measured from now on. */
  received(): void {
    this.pause();
    this.#silence = setTimeout(() => this.#expire('idle'), this.#idleMs);
  }

  /** What takes time now is not the agent. */
  pause(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = null;
  }

  end(): void {
    this.pause();
    clearTimeout(this.#total);
  }

  #expire(limit: CallLimit): void {
    this.#expired ??= limit;
    this.end();
    this.#controller.abort();
  }
}

export function limitCode(
  limit: CallLimit,
): 'first_byte_timeout' | 'idle_timeout' | 'total_timeout' {
  switch (limit) {
    case 'first-byte':
      return 'first_byte_timeout';
    case 'idle':
      return 'idle_timeout';
    case 'total':
      return 'total_timeout';
    default:
      return limit satisfies never;
  }
}

export function describeLimit(limit: CallLimit): string {
  switch (limit) {
    case 'first-byte':
      return 'no first byte';
    case 'idle':
      return 'silence in the answer';
    case 'total':
      return 'the whole answer was not there in time';
    default:
      return limit satisfies never;
  }
}
