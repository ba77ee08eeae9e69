import type { Clock } from '../clock/clock.ts';
import { encodeWireHeader, FrameParser, WIRE_HEADER_BYTES, type WireChannel } from './frame.ts';
import {
  type AcceptorHandshake,
  DiallerHandshake,
  HANDSHAKE_BYTES_MAX,
  type HandshakeStep,
  type Lane,
} from './handshake.ts';
import type { Channel, NodeIdentity, PeerRefusal } from './mesh-api.ts';
import type { Wire, WireEvents, WireRefusal } from './net-port.ts';
import type { Checksum } from './raft-frame.ts';

export interface ConnectionEvents {
  /** The handshake is done: this is `peer`, for `lane`. */
  ready(peer: NodeIdentity, lane: Lane): void;
  /** False: malformed, the connection is closed. */
  frame(channel: Channel, payload: Uint8Array): boolean;
  refused(refusal: PeerRefusal, remote: boolean, nodeId: string | null): void;
  /** A frame above the limit was not sent. */
  oversized(channel: WireChannel, bytes: number): void;
  /** Something that is called with what came in threw; the connection is closed after this. */
  failed(error: unknown): void;
  /** Exactly once, last. */
  closed(reason: string): void;
}

export interface ConnectionOptions {
  readonly handshake: DiallerHandshake | AcceptorHandshake;
  readonly frameBytesMax: number;
  readonly queueBytesMax: number;
  readonly clock: Clock;
  readonly crc32c: Checksum;
  readonly events: ConnectionEvents;
}

/**
 * One connection: handshake, then frames, in one direction only: the side that dialled sends. Everything sent
 * in one turn of the event loop leaves in one write.
 */
export class Connection implements WireEvents {
  readonly #options: ConnectionOptions;
  readonly #parser: FrameParser;
  readonly #sends: boolean;
  #wire: Wire | null = null;
  #state: 'handshake' | 'open' | 'closed' = 'handshake';
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #flushDue = false;
  /** Ticks of the mesh that the handshake has taken: no byte starts them anew. */
  handshakeTicks = 0;
  /** Ticks of the mesh since something was received, and since something was sent. */
  silentTicks = 0;
  quietTicks = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#sends = options.handshake instanceof DiallerHandshake;
    this.#parser = new FrameParser(HANDSHAKE_BYTES_MAX, options.crc32c);
  }

  /** The wire exists only after the events that belong to it. */
  attach(wire: Wire): void {
    this.#wire = wire;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  opened(): void {
    const { handshake } = this.#options;
    if (handshake instanceof DiallerHandshake) this.#sendNow('handshake', handshake.start());
  }

  received(bytes: Uint8Array): void {
    if (this.#state === 'closed') return;
    this.silentTicks = 0;
    try {
      this.#parse(bytes);
    } catch (error) {
      this.#options.events.failed(error);
      this.close('its handler failed');
    }
  }

  #parse(bytes: Uint8Array): void {
    const problem = this.#parser.push(bytes, (channel, payload) => this.#frame(channel, payload));
    if (problem === null) return;
    if (this.#state === 'handshake') this.#options.events.refused('malformed', false, null);
    this.close(problem);
  }

  closed(reason: string, refusal?: WireRefusal): void {
    if (this.#state === 'closed') return;
    const isRefused = refusal !== undefined && this.#state === 'handshake';
    this.#state = 'closed';
    this.#queue = [];
    if (isRefused) this.#options.events.refused(refusal.refusal, refusal.remote, null);
    this.#options.events.closed(reason);
  }

  /**
   * Queues a frame. `urgent`: it leaves at the end of the current callback, with all that is queued; else at
   * the end of the turn. False: not open, more than `queueBytesMax` waiting, or larger than the receiver takes; the
   * frame is dropped.
   */
  send(channel: WireChannel, payload: Uint8Array, urgent: boolean): boolean {
    if (this.#state !== 'open' || this.#wire === null) return false;
    if (payload.length > this.#options.frameBytesMax) {
      this.#options.events.oversized(channel, payload.length);
      return false;
    }
    const bytes = payload.length + WIRE_HEADER_BYTES;
    if (this.#queuedBytes + this.#wire.bufferedBytes + bytes > this.#options.queueBytesMax)
      return false;
    this.#queue.push(encodeWireHeader(channel, payload, this.#options.crc32c), payload);
    this.#queuedBytes += bytes;
    if (urgent) this.#options.clock.soon(() => this.#flush());
    else if (!this.#flushDue) {
      this.#flushDue = true;
      this.#options.clock.defer(() => {
        this.#flushDue = false;
        this.#flush();
      });
    }
    return true;
  }

  close(reason: string): void {
    this.#wire?.destroy();
    this.closed(reason);
  }

  #flush(): void {
    if (this.#queue.length === 0 || this.#state !== 'open') return;
    const pieces = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.quietTicks = 0;
    this.#wire?.write(pieces);
  }

  #sendNow(channel: WireChannel, payload: Uint8Array): void {
    this.#wire?.write([encodeWireHeader(channel, payload, this.#options.crc32c), payload]);
  }

  #frame(channel: WireChannel, payload: Uint8Array): boolean {
    if (this.#state === 'closed') return false;
    if (this.#state === 'handshake') {
      if (channel !== 'handshake') {
        this.#options.events.refused('malformed', false, null);
        this.close('a frame before the handshake');
        return false;
      }
      this.#step(this.#options.handshake.receive(payload));
      return this.#isAlive();
    }
    if (channel === 'ping') return true;
    if (channel === 'handshake') {
      this.#afterHandshake(payload);
      return this.#isAlive();
    }
    if (this.#sends) {
      this.close('a frame from the side that only listens');
      return false;
    }
    if (!this.#options.events.frame(channel, payload))
      this.close(`a malformed frame on ${channel}`);
    return this.#isAlive();
  }

  /** The acceptor is done before the dialler has judged it: the dialler's refusal comes into an open connection. */
  #afterHandshake(payload: Uint8Array): void {
    const step = this.#sends ? null : this.#options.handshake.receive(payload);
    if (step?.status === 'refused')
      this.#options.events.refused(step.refusal, step.remote, step.nodeId);
    this.close(step?.status === 'refused' ? `refused: ${step.refusal}` : 'a second handshake');
  }

  #isAlive(): boolean {
    return this.#state !== 'closed';
  }

  #step(step: HandshakeStep): void {
    if (step.send !== null) this.#sendNow('handshake', step.send);
    switch (step.status) {
      case 'done':
        this.#state = 'open';
        this.#parser.payloadBytesMax = this.#options.frameBytesMax;
        this.#options.events.ready(step.peer, step.lane);
        return;
      case 'refused':
        this.#options.events.refused(step.refusal, step.remote, step.nodeId);
        // Let the reason reach the other side; it closes on reading it.
        this.#wire?.end();
        this.closed(`refused${step.remote ? ' by the other side' : ''}: ${step.refusal}`);
        return;
    }
  }
}
