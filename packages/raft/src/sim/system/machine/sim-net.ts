import type { NetPort, Wire, WireEvents } from '../../../mesh/index.ts';
import type { Coverage } from '../../harness/coverage.ts';
import type { RandomStream } from '../../harness/random.ts';
import type { Situation } from '../situations.ts';
import type { Swarm } from '../swarm.ts';
import type { Timeline } from '../timeline.ts';
import { Links } from './links.ts';
import { type Accept, Pipe, type PipeEnd } from './pipe.ts';
import type { SimProcess } from './sim-process.ts';

/** A machine as the network sees it. */
export interface NetHost {
  readonly number: number;
  /** False: nothing answers there, not even a refusal. */
  readonly hasPower: boolean;
  /** The process that listens, if any. */
  readonly listener: { readonly process: SimProcess; readonly accept: Accept } | null;
}

export interface NetworkParts {
  readonly timeline: Timeline;
  readonly random: RandomStream;
  readonly swarm: Swarm;
  readonly coverage: Coverage<Situation>;
  readonly hostOf: (number: number) => NetHost | null;
}

/** Waiting times of a connection attempt that is not answered. */
const SYN_RETRIES_MS: readonly number[] = [1_000, 2_000, 4_000];

/** Connections between the machines: bytes in order within one, with any delay between two. */
export class SimNetwork {
  readonly parts: NetworkParts;
  readonly links: Links;
  readonly #pipes = new Set<Pipe>();
  #healed = false;

  constructor(parts: NetworkParts) {
    this.parts = parts;
    this.links = new Links(parts.swarm.nodes);
  }

  /** The network as one process sees it. */
  portOf(number: number, process: SimProcess): NetPort {
    return {
      dial: (host, _port, events) => this.#dial(number, process, Number(host), events),
      listen: () => {
        throw new RangeError('calls are accepted through the machine');
      },
    };
  }

  #dial(from: number, process: SimProcess, to: number, events: WireEvents): Wire {
    const pipe = new Pipe(this, { from, to, process, events });
    this.#pipes.add(pipe);
    this.#syn(pipe, 0);
    return pipe.near.wire;
  }

  #syn(pipe: Pipe, attempt: number): void {
    this.parts.timeline.after(this.delay(), () => {
      if (pipe.near.isClosed) return;
      const { from, to } = pipe.route;
      const host = this.parts.hostOf(to);
      const isReached =
        host?.hasPower === true && this.links.isOpen(from, to) && this.links.isOpen(to, from);
      const retryMs = SYN_RETRIES_MS[attempt];
      if (isReached && host.listener !== null) pipe.connect(host.listener);
      else if (isReached) pipe.near.lost('connect ECONNREFUSED');
      else if (retryMs === undefined) pipe.near.lost('connect ETIMEDOUT');
      else this.parts.timeline.after(retryMs, () => this.#syn(pipe, attempt + 1));
    });
  }

  /** One way; now and then a packet takes much longer. */
  delay(): number {
    const { random, swarm } = this.parts;
    const max = this.#healed ? 1 : swarm.delayMsMax;
    const isLong = !this.#healed && random.chance(swarm.longDelay);
    return (random.below(10_000) / 10_000) * max * (isLong ? 30 : 1) + 0.05;
  }

  get isHealed(): boolean {
    return this.#healed;
  }

  over(pipe: Pipe): void {
    this.#pipes.delete(pipe);
  }

  // --- faults --------------------------------------------------------------------------------------

  /** A connection between living processes, chosen at random. */
  pick(random: RandomStream): Pipe | null {
    const open = [...this.#pipes].filter(({ isConnected }) => isConnected);
    return open.length === 0 ? null : random.pick(open);
  }

  /** The process is gone: its system closes the connections, or, without power, nothing is sent. */
  processDied(process: SimProcess, hasPower: boolean): void {
    for (const pipe of [...this.#pipes]) {
      for (const end of pipe.ends) if (end.process === process) this.#endDied(end, hasPower);
    }
  }

  #endDied(end: PipeEnd, hasPower: boolean): void {
    if (hasPower) end.destroy();
    else end.vanish();
  }

  mend(): void {
    this.links.mend();
    for (const pipe of [...this.#pipes]) pipe.linkMended();
  }

  /** No fault from now on. */
  heal(): void {
    this.#healed = true;
    this.mend();
  }
}
