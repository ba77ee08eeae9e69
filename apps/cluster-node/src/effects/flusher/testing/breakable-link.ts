import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to Postgres that can be cut or frozen. */
export class BreakableLink {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #frozen = false;
  /** Called with what the flusher sends; true: the connection is cut as soon as Postgres answers, and the answer is lost. */
  #swallowAnswerTo: ((sent: string) => boolean) | null = null;

  private constructor(server: Server) {
    this.#server = server;
  }

  static open(targetPort: number): Promise<BreakableLink> {
    const server = createServer();
    const link = new BreakableLink(server);
    server.on('connection', (near) => link.#join(near, connect(targetPort, '127.0.0.1')));
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(link)));
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  freeze(): void {
    this.#frozen = true;
    for (const [near, far] of this.#pairs) {
      near.pause();
      far.pause();
    }
  }

  thaw(): void {
    this.#frozen = false;
    for (const [near, far] of this.#pairs) {
      near.resume();
      far.resume();
    }
  }

  /** The answer to the next statement that matches is lost, with its connection: whether it was done is in doubt. */
  swallowAnswerTo(matches: (sent: string) => boolean): void {
    this.#swallowAnswerTo = matches;
  }

  #join(near: Socket, far: Socket): void {
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    let isDoomed = false;
    near.on('data', (bytes) => {
      if (this.#swallowAnswerTo?.(bytes.toString('latin1')) === true) {
        isDoomed = true;
        this.#swallowAnswerTo = null;
      }
      far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (isDoomed) {
        near.destroy();
        far.destroy();
      } else near.write(bytes);
    });
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
      if (this.#frozen) socket.pause();
    }
  }

  close(): Promise<void> {
    for (const [near, far] of this.#pairs) {
      near.destroy();
      far.destroy();
    }
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
