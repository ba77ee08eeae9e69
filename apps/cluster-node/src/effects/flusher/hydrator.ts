import { ArchiveUnavailableError, type Propose } from '../ports.ts';
import type { ArchiveReads } from './archive-reads.ts';
import { decodeSessionState } from './session-states.ts';

/** How bringing a session back to memory ended. */
export type Hydration =
  | { readonly status: 'hot' }
  /** Postgres is away, or does not have what left memory. */
  | { readonly status: 'unavailable'; readonly detail: string }
  /** Another node leads, there is no quorum, or it is not known how the proposal ended: ask again. */
  | { readonly status: 'refused' };

export interface HydratorPorts {
  readonly propose: Propose;
  readonly wallClockMs: () => number;
  /** The archive has another state of a session than the one that left memory, or none. */
  readonly onStale: (sessionId: string, detail: string) => void;
}

/** Brings cold sessions back, each once however many ask for it. */
export class Hydrator {
  readonly #ports: HydratorPorts;
  readonly #reads: ArchiveReads;
  readonly #underWay = new Map<string, Promise<Hydration>>();
  hydrated = 0;

  constructor(ports: HydratorPorts, reads: ArchiveReads) {
    this.#ports = ports;
    this.#reads = reads;
  }

  hydrate(group: number, sessionId: string): Promise<Hydration> {
    const underWay = this.#underWay.get(sessionId);
    if (underWay !== undefined) return underWay;
    const hydration = this.#hydrate(group, sessionId).finally(() =>
      this.#underWay.delete(sessionId),
    );
    this.#underWay.set(sessionId, hydration);
    return hydration;
  }

  async #hydrate(group: number, sessionId: string): Promise<Hydration> {
    let state: Uint8Array | null;
    try {
      state = await this.#reads.sessionState(sessionId);
    } catch (error) {
      if (!(error instanceof ArchiveUnavailableError)) throw error;
      return { status: 'unavailable', detail: error.message };
    }
    if (state === null) return this.#stale(sessionId, `the archive has no state of ${sessionId}`);
    const outcome = await this.#ports.propose(group, {
      type: 'hydrate-session',
      session: decodeSessionState(state),
      timeMs: this.#ports.wallClockMs(),
    });
    switch (outcome.status) {
      case 'ok':
        if (outcome.value.type === 'refused') return this.#stale(sessionId, outcome.value.detail);
        this.hydrated += 1;
        return { status: 'hot' };
      case 'refused':
      case 'unknown':
        return { status: 'refused' };
      default:
        return outcome satisfies never;
    }
  }

  #stale(sessionId: string, detail: string): Hydration {
    this.#ports.onStale(sessionId, detail);
    return { status: 'unavailable', detail };
  }
}
