import type { Clock } from '../../clock/clock.ts';
import type { ReplicaId } from '../../core/index.ts';
import type { NodeNumber } from '../host-api.ts';
import { isQuorum, type Replica } from '../replica.ts';

/** Which peers are connected, and what that means for each group. A replica's id is its node's number. */
export class Contacts {
  readonly #self: NodeNumber;
  readonly #clock: Clock;
  readonly #since = new Map<NodeNumber, number>();
  readonly isThere = (id: ReplicaId): boolean => id === this.#self || this.#since.has(id);

  constructor(self: NodeNumber, clock: Clock) {
    this.#self = self;
    this.#clock = clock;
  }

  up(peer: NodeNumber): void {
    if (!this.#since.has(peer)) this.#since.set(peer, this.#clock.now());
  }

  down(peer: NodeNumber): void {
    this.#since.delete(peer);
  }

  get peers(): readonly NodeNumber[] {
    return [...this.#since.keys()];
  }

  /** Milliseconds since the peer connected; 0 when it isn't. */
  connectedMs(peer: NodeNumber): number {
    const since = this.#since.get(peer);
    return since === undefined ? 0 : this.#clock.now() - since;
  }

  /** To be called whenever connections or the configuration changed. */
  refresh<TReply>(replica: Replica<TReply>): void {
    replica.hasQuorum = isQuorum(replica.confState, this.isThere);
  }
}
