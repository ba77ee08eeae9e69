import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** What is done to bytes on their way. `discard` and `freeze` concern the direction from the caller. */
export type LinkMode =
  | { readonly type: 'pass' }
  /** Every piece comes so much later, in order. Milliseconds. */
  | { readonly type: 'delay'; readonly milliseconds: number; readonly jitter: number }
  /** Read and thrown away, as if the cable carried one direction only. */
  | { readonly type: 'discard' }
  /** Nothing is read any more: buffers fill up, without an error. */
  | { readonly type: 'freeze' }
  /** The next piece of at least two bytes is cut in half, and the connection reset. */
  | { readonly type: 'cut' }
  /** One byte of the next piece is changed. */
  | { readonly type: 'corrupt' };

export interface LinkCounts {
  connections: number;
  reset: number;
  bytesPassed: number;
  bytesDelayed: number;
  bytesDiscarded: number;
  /** Connections that were not read while they would have been. */
  frozen: number;
  cut: number;
  corrupted: number;
}

const LOOPBACK = '127.0.0.1';
const PASS: LinkMode = { type: 'pass' };

/** Bytes to one port, through our hands: one listener for each directed pair. */
export class TcpProxy {
  readonly counts: LinkCounts = {
    connections: 0,
    reset: 0,
    bytesPassed: 0,
    bytesDelayed: 0,
    bytesDiscarded: 0,
    frozen: 0,
    cut: 0,
    corrupted: 0,
  };
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #links = new Set<Link>();
  #mode: LinkMode = PASS;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer({ pauseOnConnect: true, noDelay: true }, (caller) =>
      this.#accept(caller),
    );
  }

  /** Listens on `port` of the loopback address. */
  static async listen(port: number, targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(port, LOOPBACK, () => resolve());
    });
    return proxy;
  }

  get connections(): number {
    return this.#links.size;
  }

  setMode(mode: LinkMode): void {
    this.#mode = mode;
    for (const link of this.#links) link.setMode(mode);
  }

  /** As before; a connection that lost bytes is reset, since TCP never goes on after a hole. */
  heal(): void {
    this.#mode = PASS;
    for (const link of [...this.#links]) {
      if (link.hasHole) link.reset();
      else link.setMode(PASS);
    }
  }

  /** Ends every connection with RST. The answer is how many there were. */
  reset(): number {
    const links = [...this.#links];
    for (const link of links) link.reset();
    return links.length;
  }

  async close(): Promise<void> {
    for (const link of [...this.#links]) link.reset();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(caller: Socket): void {
    this.counts.connections += 1;
    const target = createConnection({ host: LOOPBACK, port: this.#targetPort, noDelay: true });
    const link = new Link(caller, target, this.counts, () => this.#links.delete(link));
    this.#links.add(link);
    link.setMode(this.#mode);
  }
}

/** Pieces that are delayed, in their order; also those that came after the delay was lifted. */
interface Line {
  readonly waiting: { readonly piece: Buffer; readonly dueMs: number }[];
}

class Link {
  hasHole = false;
  readonly #caller: Socket;
  readonly #target: Socket;
  readonly #counts: LinkCounts;
  readonly #closed: () => void;
  #mode: LinkMode = PASS;
  readonly #toTarget: Line = { waiting: [] };
  readonly #toCaller: Line = { waiting: [] };
  #open = true;

  constructor(caller: Socket, target: Socket, counts: LinkCounts, closed: () => void) {
    this.#caller = caller;
    this.#target = target;
    this.#counts = counts;
    this.#closed = closed;
    caller.on('data', (piece) => this.#forward(piece));
    target.on('data', (piece) => this.#backward(piece));
    for (const [one, other] of [
      [caller, target],
      [target, caller],
    ] as const) {
      // An error is followed by 'close'.
      one.on('error', () => undefined);
      one.on('end', () => other.end());
      one.on('close', () => this.#end());
    }
    caller.resume();
  }

  setMode(mode: LinkMode): void {
    if (mode.type === 'freeze' && this.#mode.type !== 'freeze') {
      this.#caller.pause();
      this.#target.pause();
      this.#counts.frozen += 1;
    } else if (mode.type !== 'freeze' && this.#mode.type === 'freeze') {
      this.#caller.resume();
      this.#target.resume();
    }
    this.#mode = mode;
  }

  reset(): void {
    if (!this.#open) return;
    this.#counts.reset += 1;
    this.#caller.resetAndDestroy();
    this.#target.resetAndDestroy();
    this.#end();
  }

  #forward(piece: Buffer): void {
    const mode = this.#mode;
    switch (mode.type) {
      case 'pass':
      case 'freeze':
        this.#send(this.#target, this.#caller, piece, 0);
        return;
      case 'delay':
        this.#counts.bytesDelayed += piece.length;
        this.#send(
          this.#target,
          this.#caller,
          piece,
          mode.milliseconds + mode.jitter * Math.random(),
        );
        return;
      case 'discard':
        this.hasHole = true;
        this.#counts.bytesDiscarded += piece.length;
        return;
      case 'cut':
        if (piece.length < 2) {
          this.#send(this.#target, this.#caller, piece, 0);
          return;
        }
        this.#counts.cut += 1;
        this.#mode = PASS;
        this.#target.write(piece.subarray(0, piece.length >> 1), () => this.reset());
        return;
      case 'corrupt': {
        this.#counts.corrupted += 1;
        this.#mode = PASS;
        const at = piece.length >> 1;
        piece.writeUInt8((piece.readUInt8(at) ^ 0x10) & 0xff, at);
        this.#send(this.#target, this.#caller, piece, 0);
        return;
      }
      default:
        mode satisfies never;
    }
  }

  #backward(piece: Buffer): void {
    const delay = this.#mode.type === 'delay' ? this.#mode.milliseconds : 0;
    this.#send(this.#caller, this.#target, piece, delay);
  }

  /** Timers alone would not keep the order: they round to milliseconds. */
  #send(to: Socket, from: Socket, piece: Buffer, delayMs: number): void {
    const line = to === this.#target ? this.#toTarget : this.#toCaller;
    if (line.waiting.length === 0 && delayMs === 0) {
      this.#write(to, from, piece);
      return;
    }
    const dueMs = performance.now() + delayMs;
    line.waiting.push({ piece, dueMs });
    if (line.waiting.length === 1) this.#writeLater(to, from, line);
  }

  #writeLater(to: Socket, from: Socket, line: Line): void {
    const [next] = line.waiting;
    if (next === undefined) return;
    setTimeout(
      () => {
        this.#write(to, from, next.piece);
        line.waiting.shift();
        this.#writeLater(to, from, line);
      },
      Math.max(0, next.dueMs - performance.now()),
    );
  }

  #write(to: Socket, from: Socket, piece: Buffer): void {
    if (!to.writable) return;
    this.#counts.bytesPassed += piece.length;
    if (to.write(piece) || this.#mode.type === 'freeze') return;
    from.pause();
    to.once('drain', () => {
      if (this.#mode.type !== 'freeze') from.resume();
    });
  }

  #end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#caller.destroy();
    this.#target.destroy();
    this.#closed();
  }
}
