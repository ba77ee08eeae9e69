import { dueDispatches, runningDispatches } from '@fleetlm/conversation';
import { groupOfSession } from '@fleetlm/protocol';
import type { LedGroup, Session } from '../ports.ts';
import { DueIndex } from './due-index.ts';

export interface FoundSession {
  readonly group: number;
  readonly session: Session;
}

/**
 * Knows when which session is to be looked at. Fed by what is committed and by elections, never by walking through
 * sessions: a group is looked through once when its leadership is gained, and now and then should an event have been missed.
 */
export class WorkFinder {
  readonly #led: (group: number) => LedGroup | null;
  readonly #onError: (error: unknown) => void;
  readonly #due = new DueIndex();
  /** Elected, but perhaps not ready to propose. */
  readonly #gaining = new Set<number>();
  /** Looked through since they were gained, the one whose turn it is first. */
  readonly #gained = new Set<number>();

  constructor(led: (group: number) => LedGroup | null, onError: (error: unknown) => void) {
    this.#led = led;
    this.#onError = onError;
  }

  gained(group: number): void {
    this.#gaining.add(group);
  }

  lost(group: number): void {
    this.#gaining.delete(group);
    this.#gained.delete(group);
  }

  /** To be looked at from `atMs` on. */
  add(sessionId: string, atMs: number): void {
    this.#due.add(sessionId, atMs);
  }

  /** The next session that is to be looked at; null: none is at `nowMs`. */
  take(nowMs: number): string | null {
    return this.#due.take(nowMs);
  }

  /** The session, when this node leads its group. */
  find(sessionId: string): FoundSession | null {
    const group = groupOfSession(sessionId);
    const led = group === null ? null : this.#led(group);
    const session = led?.state.sessions.get(sessionId);
    return led === null || session === undefined ? null : { group: led.group, session };
  }

  /** Looks through the groups that have become ready since the last time. */
  scanGained(): void {
    for (const group of this.#gaining) {
      if (!this.#scan(group)) continue;
      this.#gaining.delete(group);
      this.#gained.add(group);
    }
  }

  /** Looks through one of the led groups, another one each time. */
  scanNext(): void {
    const [group] = this.#gained;
    if (group === undefined) return;
    this.#gained.delete(group);
    this.#gained.add(group);
    this.#scan(group);
  }

  /** False: the group is not ready. A group that can't be looked through keeps no other from its turn. */
  #scan(group: number): boolean {
    try {
      const led = this.#led(group);
      if (led !== null) this.#addWorkOf(led);
      return led !== null;
    } catch (error) {
      this.#onError(error);
      // It comes up again with the groups that are looked through in turn.
      return true;
    }
  }

  #addWorkOf({ state }: LedGroup): void {
    for (const { session, dispatch } of dueDispatches(state, Number.POSITIVE_INFINITY))
      this.#due.add(session.id, dispatch.dueAtMs);
    // Running, but perhaps not here: the node that led before is gone, and this one takes the work up.
    for (const { session } of runningDispatches(state)) this.#due.add(session.id, 0);
  }
}
