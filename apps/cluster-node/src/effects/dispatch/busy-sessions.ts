import type { Attempt } from './attempt/attempt.ts';
import type { Gate } from './gate.ts';

/** One at most per session, from before its start is proposed until after its end is. */
export interface BusySession {
  readonly group: number;
  readonly gate: Gate;
  attempt: Attempt | null;
  /** Its end is being committed: nothing more is shown, and nothing is to be aborted. */
  isConcluding: boolean;
}

/** The sessions with a turn under way here, and which groups have any. */
export class BusySessions {
  readonly #sessions = new Map<string, BusySession>();
  readonly #counts = new Map<number, number>();
  readonly #changed: (group: number, isBusy: boolean) => void;

  /** `changed`: the group has its first one, or its last one has ended. */
  constructor(changed: (group: number, isBusy: boolean) => void) {
    this.#changed = changed;
  }

  get size(): number {
    return this.#sessions.size;
  }

  has(sessionId: string): boolean {
    return this.#sessions.has(sessionId);
  }

  get(sessionId: string): BusySession | undefined {
    return this.#sessions.get(sessionId);
  }

  values(): Iterable<BusySession> {
    return this.#sessions.values();
  }

  /** A session that has none yet. */
  add(sessionId: string, busy: BusySession): void {
    this.#sessions.set(sessionId, busy);
    const before = this.#counts.get(busy.group) ?? 0;
    this.#counts.set(busy.group, before + 1);
    if (before === 0) this.#changed(busy.group, true);
  }

  delete(sessionId: string): void {
    const busy = this.#sessions.get(sessionId);
    if (busy === undefined) return;
    this.#sessions.delete(sessionId);
    const left = (this.#counts.get(busy.group) ?? 1) - 1;
    if (left > 0) {
      this.#counts.set(busy.group, left);
      return;
    }
    this.#counts.delete(busy.group);
    this.#changed(busy.group, false);
  }
}
