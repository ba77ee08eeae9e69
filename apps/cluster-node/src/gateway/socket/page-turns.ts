/** The part of an Engine.IO connection that shows whether it takes more. */
export interface PageConnection {
  readonly readyState: string;
  /** `writable`: everything handed over so far has left for the network; `ready`: it has now. */
  readonly transport: {
    readonly writable: boolean;
    once(event: 'ready', listener: () => void): unknown;
    off(event: 'ready', listener: () => void): unknown;
  };
  once(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
}

/**
 * Pages of one connection, one after the other: the next one is read only when the one before it has left for the
 * network. However many a client asks for at once, one of them is in memory, and none fills the socket's buffer.
 */
export class PageTurns {
  readonly #connection: PageConnection;
  #last: Promise<unknown> = Promise.resolve();

  constructor(connection: PageConnection) {
    this.#connection = connection;
  }

  /** Runs `page` in its turn; it is not run when the connection is closed by then. */
  run(page: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(async () => {
      await sent(this.#connection);
      if (this.#connection.readyState === 'open') await page();
    });
    this.#last = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }
}

function sent(connection: PageConnection): Promise<void> {
  const { transport, readyState } = connection;
  if (transport.writable || readyState !== 'open') return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      transport.off('ready', done);
      connection.off('close', done);
      resolve();
    };
    transport.once('ready', done);
    connection.once('close', done);
  });
}
