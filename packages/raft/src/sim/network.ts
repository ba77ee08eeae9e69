import { RandomStream } from './random-stream.ts';

export interface NetworkFaults {
  /** Of each message, in [0, 1]. */
  readonly loss: number;
  readonly duplicate: number;
  /** Share of messages that take up to a hundred times as long. */
  readonly late: number;
  readonly delayMsMin: number;
  readonly delayMsMax: number;
}

/** How long until a message arrives; empty: it is lost; two: it arrives twice. */
export type Delays = readonly number[];

const NEVER: Delays = [];

/** Directed links between addresses, each with a stream of random numbers of its own. */
export class Network {
  readonly #seed: number;
  readonly #links = new Map<number, RandomStream>();
  readonly #cut = new Set<number>();
  #faults: NetworkFaults;

  constructor(seed: number, faults: NetworkFaults) {
    this.#seed = seed;
    this.#faults = faults;
  }

  setFaults(faults: NetworkFaults): void {
    this.#faults = faults;
  }

  cut(from: number, to: number): void {
    this.#cut.add(linkOf(from, to));
  }

  heal(): void {
    this.#cut.clear();
  }

  isCut(from: number, to: number): boolean {
    return this.#cut.size > 0 && this.#cut.has(linkOf(from, to));
  }

  get cuts(): number {
    return this.#cut.size;
  }

  delays(from: number, to: number): Delays {
    // Drawn also where the link is cut, so that a cut doesn't shift what comes after.
    const stream = this.#stream(from, to);
    const { loss, duplicate } = this.#faults;
    const lost = loss > 0 && stream.chance(loss);
    const twice = duplicate > 0 && stream.chance(duplicate);
    const first = this.#delay(stream);
    if (lost || this.isCut(from, to)) return NEVER;
    return twice ? [first, this.#delay(stream)] : [first];
  }

  #delay(stream: RandomStream): number {
    const { delayMsMin, delayMsMax, late } = this.#faults;
    const delay = delayMsMin + (stream.next() / 2 ** 32) * (delayMsMax - delayMsMin);
    return late > 0 && stream.chance(late) ? delay * stream.between(2, 100) : delay;
  }

  #stream(from: number, to: number): RandomStream {
    const link = linkOf(from, to);
    let stream = this.#links.get(link);
    if (stream === undefined) {
      stream = new RandomStream(this.#seed, `link ${from}>${to}`);
      this.#links.set(link, stream);
    }
    return stream;
  }
}

function linkOf(from: number, to: number): number {
  return from * 4096 + to;
}
