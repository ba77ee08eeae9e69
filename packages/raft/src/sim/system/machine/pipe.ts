import type { Wire, WireEvents } from '../../../mesh/index.ts';
import type { SimNetwork } from './sim-net.ts';
import type { SimProcess } from './sim-process.ts';

export type Accept = (wire: Wire, remote: string) => WireEvents;

/** What travels in one direction: bytes, or the end of them. */
type Packet =
  | { readonly type: 'data'; readonly bytes: Uint8Array }
  | { readonly type: 'end' }
  | { readonly type: 'reset' };

/** Bytes that the systems of both sides take before a writer notices that nothing arrives. */
const SYSTEM_BUFFER_BYTES = 128 * 1024;

export interface Route {
  readonly from: number;
  readonly to: number;
  readonly process: SimProcess;
  readonly events: WireEvents;
}

/** A connection between two processes: two directions, each in order. */
export class Pipe {
  readonly net: SimNetwork;
  readonly route: Route;
  readonly near: PipeEnd;
  far: PipeEnd | null = null;

  constructor(net: SimNetwork, route: Route) {
    this.net = net;
    this.route = route;
    this.near = new PipeEnd(this, route.process, route.from, route.to);
    this.near.events = route.events;
  }

  get ends(): readonly PipeEnd[] {
    return this.far === null ? [this.near] : [this.near, this.far];
  }

  get isConnected(): boolean {
    return this.far !== null && !this.far.isClosed && !this.near.isClosed;
  }

  otherOf(end: PipeEnd): PipeEnd | null {
    return end === this.near ? this.far : this.near;
  }

  /** The call got through. The system of the other side answers by itself, also for a paused process. */
  connect(listener: { readonly process: SimProcess; readonly accept: Accept }): void {
    const { from, to } = this.route;
    const far = new PipeEnd(this, listener.process, to, from);
    this.far = far;
    listener.process.enter('io', () => {
      far.events = listener.accept(far.wire, `${from}:1`);
      far.deliverEarly();
    });
    this.net.parts.timeline.after(this.net.delay(), () => {
      if (this.near.isClosed) return;
      this.near.process.enter('io', () => this.near.events?.opened());
    });
  }

  linkMended(): void {
    for (const end of this.ends) end.linkMended();
  }

  /** Both sides learn that the connection broke; what was on its way is lost. */
  reset(): void {
    for (const end of this.ends) end.lost('read ECONNRESET');
  }

  checkOver(): void {
    if (this.near.isClosed && (this.far === null || this.far.isClosed)) this.net.over(this);
  }
}

/** One side of a connection, with what it has sent and the other side hasn't got yet. */
export class PipeEnd {
  readonly process: SimProcess;
  readonly #pipe: Pipe;
  readonly #from: number;
  readonly #to: number;
  events: WireEvents | null = null;
  /** What came before the process had accepted the connection. */
  #early: Packet[] = [];
  /** What was sent into a link that is cut: it is repeated until the link is mended. */
  #stuck: Packet[] = [];
  #inFlightBytes = 0;
  #lastArrival = 0;
  #corruptNext = false;
  isClosed = false;

  constructor(pipe: Pipe, process: SimProcess, from: number, to: number) {
    this.#pipe = pipe;
    this.process = process;
    this.#from = from;
    this.#to = to;
  }

  readonly wire: Wire = this.#makeWire();

  #makeWire(): Wire {
    const inFlight = (): number => this.#inFlightBytes;
    return {
      write: (pieces) => this.#write(pieces),
      get bufferedBytes() {
        return Math.max(0, inFlight() - SYSTEM_BUFFER_BYTES);
      },
      end: () => this.destroy(),
      destroy: () => this.destroy(),
    };
  }

  /** The next bytes sent arrive damaged. */
  corrupt(): void {
    this.#corruptNext = true;
  }

  #write(pieces: readonly Uint8Array[]): void {
    if (this.isClosed || !this.process.isAlive) return;
    let length = 0;
    for (const piece of pieces) length += piece.length;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    const { random, coverage } = this.#pipe.net.parts;
    if (this.#corruptNext && length > 0) {
      this.#corruptNext = false;
      const where = random.below(length);
      bytes[where] = (bytes[where] ?? 0) ^ (1 << random.below(8));
      coverage.count('damaged bytes on the wire');
    }
    this.#inFlightBytes += length;
    this.#send({ type: 'data', bytes });
  }

  #send(packet: Packet): void {
    const { net } = this.#pipe;
    if (this.#stuck.length > 0 || !net.links.isOpen(this.#from, this.#to)) {
      this.#stuck.push(packet);
      return;
    }
    const { timeline, swarm } = net.parts;
    const length = packet.type === 'data' ? packet.bytes.length : 0;
    const transferMs = net.isHealed ? 0 : length / swarm.bytesPerMs;
    // A segment of TCP that is lost holds up all behind it: the order stays.
    const arrival = Math.max(this.#lastArrival, timeline.now + net.delay()) + transferMs;
    this.#lastArrival = arrival;
    timeline.after(arrival - timeline.now, () => this.#arrive(packet));
  }

  #arrive(packet: Packet): void {
    const { net } = this.#pipe;
    if (this.#stuck.length > 0 || !net.links.isOpen(this.#from, this.#to)) {
      this.#stuck.push(packet);
      return;
    }
    if (packet.type === 'data') this.#inFlightBytes -= packet.bytes.length;
    const other = this.#pipe.otherOf(this);
    if (other === null || !net.parts.hostOf(this.#to)?.hasPower) return;
    if (other.isClosed || !other.process.isAlive) {
      // The other side does not know this connection (any more).
      if (packet.type === 'data' && !this.isClosed)
        net.parts.timeline.after(net.delay(), () => this.lost('read ECONNRESET'));
      return;
    }
    other.process.enter('io', () => other.take(packet));
  }

  linkMended(): void {
    const stuck = this.#stuck;
    if (stuck.length === 0) return;
    const { net } = this.#pipe;
    // The sender repeats what is missing when its timer says so.
    const wait = net.isHealed ? 10 : 200;
    net.parts.timeline.after(net.parts.random.below(wait), () => {
      const again = this.#stuck;
      this.#stuck = [];
      for (const packet of again) this.#send(packet);
    });
  }

  deliverEarly(): void {
    const early = this.#early;
    this.#early = [];
    for (const packet of early) this.take(packet);
  }

  take(packet: Packet): void {
    if (this.isClosed) return;
    if (this.events === null) {
      this.#early.push(packet);
      return;
    }
    if (packet.type !== 'data') {
      this.#close(packet.type === 'end' ? 'closed by the other side' : 'read ECONNRESET');
      return;
    }
    this.#give(packet.bytes, this.events);
  }

  /** A read of the process gets any part of what has arrived. */
  #give(bytes: Uint8Array, events: WireEvents): void {
    const { random, swarm } = this.#pipe.net.parts;
    let at = 0;
    while (at < bytes.length && !this.isClosed) {
      const rest = bytes.length - at;
      const count = rest > 1 && random.chance(swarm.split) ? 1 + random.below(rest) : rest;
      events.received(bytes.subarray(at, at + count));
      at += count;
    }
  }

  // --- the end -------------------------------------------------------------------------------------

  /** This side closes: the other one learns it behind the bytes. */
  destroy(): void {
    if (this.isClosed) return;
    const wasReset = this.#pipe.net.parts.random.chance(0.3);
    this.#close('closed');
    this.#send({ type: wasReset ? 'reset' : 'end' });
  }

  /** The machine is gone, without a word. */
  vanish(): void {
    this.isClosed = true;
    this.#stuck = [];
    this.#pipe.checkOver();
  }

  /** The connection is broken as this side sees it. */
  lost(reason: string): void {
    if (!this.isClosed) this.#close(reason);
  }

  #close(reason: string): void {
    this.isClosed = true;
    this.#pipe.checkOver();
    const { events } = this;
    // Never within the call that closes.
    this.#pipe.net.parts.timeline.after(0, () => {
      if (this.process.isAlive) this.process.enter('io', () => events?.closed(reason));
    });
  }
}
