import type { Message, ReplicaId } from '../../core/index.ts';
import type { RandomStream } from '../harness/random.ts';
import type { Swarm } from './swarm.ts';

/** Loses, delays, duplicates and reorders messages, and cuts links, also in one direction only. */
export class Network {
  readonly #swarm: Swarm;
  readonly #random: RandomStream;
  #cut = new Set<number>();
  #healed = false;

  constructor(swarm: Swarm, random: RandomStream) {
    this.#swarm = swarm;
    this.#random = random;
  }

  /** Delays after which copies of the message arrive; none: it is lost. */
  route({ from, to }: Message): readonly number[] {
    if (this.#healed) return [this.#random.between(1, 3)];
    if (this.#cut.has(linkOf(from, to)) || this.#random.chance(this.#swarm.loss)) return [];
    const delays = [this.#delay()];
    if (this.#random.chance(this.#swarm.duplicate)) delays.push(this.#delay());
    return delays;
  }

  /** What arrives. An append with fewer entries is one that the leader could have sent. */
  shaped(message: Message): Message {
    if (message.type !== 'append' || this.#healed || message.entries.length === 0) return message;
    if (!this.#random.chance(this.#swarm.shorten)) return message;
    return {
      ...message,
      entries: message.entries.slice(0, this.#random.below(message.entries.length)),
    };
  }

  #delay(): number {
    const { delayMax, longDelay } = this.#swarm;
    const max = this.#random.chance(longDelay) ? delayMax * 20 : delayMax;
    return this.#random.between(1, max);
  }

  /** Cuts one replica, or one group of them, off; `oneWay`: only what they send, or only what they are sent. */
  partition(ids: readonly ReplicaId[], oneWay: boolean): void {
    const inside = ids.filter(() => this.#random.chance(0.4));
    const isCut = this.#random.chance(0.5);
    for (const a of ids) {
      for (const b of ids) {
        if (inside.includes(a) === inside.includes(b)) continue;
        if (!oneWay || inside.includes(a) === isCut) this.#cut.add(linkOf(a, b));
      }
    }
  }

  mend(): void {
    this.#cut = new Set();
  }

  /** No fault from now on. */
  heal(): void {
    this.mend();
    this.#healed = true;
  }
}

const linkOf = (from: ReplicaId, to: ReplicaId): number => from * 1_000 + to;
