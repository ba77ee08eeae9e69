import type { ReplicaId } from '../core/index.ts';
import type { RandomStream } from '../sim/harness/random.ts';
import type { Payload } from './payload.ts';
import { CLIENT_MS, FAR_MS, JITTER_MS, LOST_SHOWN_MS, NEAR_MS, NODE_IDS } from './timing.ts';
import type { LinkView, MessageView } from './view.ts';
import { described } from './words.ts';

export interface InFlight {
  readonly id: number;
  readonly from: ReplicaId;
  readonly to: ReplicaId;
  readonly payload: Payload;
  readonly sentMs: number;
  readonly arrivesMs: number;
  /** When it was, or will be, lost. */
  lostMs: number | null;
}

const CLIENT: ReplicaId = 0;
const linkOf = (a: ReplicaId, b: ReplicaId): string => `${Math.min(a, b)}-${Math.max(a, b)}`;

/** Messages on their way, in order on each link; links that are cut. The client reaches every node. */
export class Wire {
  readonly #random: RandomStream;
  readonly #inFlight = new Map<number, InFlight>();
  readonly #cuts = new Map<string, LinkView>();
  /** By direction: nothing overtakes what was sent before it, as on one connection. */
  readonly #lastArrival = new Map<string, number>();
  #nextId = 1;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  send(nowMs: number, from: ReplicaId, to: ReplicaId, payload: Payload): InFlight {
    this.#forgetLost(nowMs);
    const direction = `${from}>${to}`;
    const earliest = nowMs + latency(from, to) + this.#random.below(JITTER_MS + 1);
    const arrivesMs = Math.max(earliest, this.#lastArrival.get(direction) ?? 0);
    this.#lastArrival.set(direction, arrivesMs);
    // It gets as far as the cut.
    const lostMs = this.isCut(from, to) ? (nowMs + arrivesMs) / 2 : null;
    const message = { id: this.#nextId, from, to, payload, sentMs: nowMs, arrivesMs, lostMs };
    this.#nextId += 1;
    this.#inFlight.set(message.id, message);
    return message;
  }

  /** The message arrives; null: it was lost. */
  arrive(id: number): InFlight | null {
    const message = this.#inFlight.get(id);
    if (message === undefined || message.lostMs !== null) return null;
    this.#inFlight.delete(id);
    return message;
  }

  /** It reached a node that is not there. */
  arrivedNowhere(message: InFlight, nowMs: number): void {
    message.lostMs = nowMs;
    this.#inFlight.set(message.id, message);
  }

  /** Null: it is not on its way any more. */
  drop(id: number, nowMs: number): InFlight | null {
    const message = this.#inFlight.get(id);
    if (message === undefined || message.lostMs !== null) return null;
    message.lostMs = nowMs;
    return message;
  }

  /** How many that were. */
  dropAll(nowMs: number): number {
    return this.#dropWhere(nowMs, () => true);
  }

  #dropWhere(nowMs: number, isMeant: (message: InFlight) => boolean): number {
    let dropped = 0;
    for (const message of this.#inFlight.values()) {
      if (message.lostMs !== null || !isMeant(message)) continue;
      message.lostMs = nowMs;
      dropped += 1;
    }
    return dropped;
  }

  isCut(a: ReplicaId, b: ReplicaId): boolean {
    return this.#cuts.has(linkOf(a, b));
  }

  cut(a: ReplicaId, b: ReplicaId, nowMs: number): void {
    this.#cuts.set(linkOf(a, b), { a: Math.min(a, b), b: Math.max(a, b) });
    this.#dropWhere(nowMs, ({ from, to }) => linkOf(from, to) === linkOf(a, b));
  }

  mend(a: ReplicaId, b: ReplicaId): void {
    this.#cuts.delete(linkOf(a, b));
  }

  get cuts(): readonly LinkView[] {
    return [...this.#cuts.values()].sort((x, y) => x.a - y.a || x.b - y.b);
  }

  view(nowMs: number): readonly MessageView[] {
    this.#forgetLost(nowMs);
    return [...this.#inFlight.values()].map(
      ({ id, from, to, payload, sentMs, arrivesMs, lostMs }) => ({
        id,
        from,
        to,
        ...described(payload),
        sentMs,
        arrivesMs,
        lostMs,
      }),
    );
  }

  #forgetLost(nowMs: number): void {
    for (const { id, lostMs } of this.#inFlight.values()) {
      if (lostMs !== null && lostMs + LOST_SHOWN_MS <= nowMs) this.#inFlight.delete(id);
    }
  }
}

/** Neighbours in the ring hear each other sooner. */
function latency(from: ReplicaId, to: ReplicaId): number {
  if (from === CLIENT || to === CLIENT) return CLIENT_MS;
  const apart = Math.abs(from - to);
  return apart === 1 || apart === NODE_IDS.length - 1 ? NEAR_MS : FAR_MS;
}
