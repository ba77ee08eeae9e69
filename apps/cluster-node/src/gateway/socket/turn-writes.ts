import { runGuarded } from '../../telemetry/guarded.ts';
import { contained } from '../contained.ts';

/** Unsent bytes up to which a connection takes more in the same turn of the event loop. */
const TURN_BYTES_MAX = 64 * 1024;

/** What is used of a connection of Engine.IO. */
export interface WrittenConnection {
  readonly request: {
    readonly socket: { cork(): void; uncork(): void; readonly writableLength: number };
  };
  readonly transport: { writable: boolean };
  on(event: 'flush' | 'drain', listener: () => void): unknown;
}

type TcpSocket = WrittenConnection['request']['socket'];

/**
 * What one turn of the event loop sends over a connection leaves in one write: an ack and the events of the same message
 * do. A write costs about 8 µs of the event loop, and without this each packet is one (2 a message; 0.2 with it, under load).
 *
 * Engine.IO calls a connection busy until its write has returned, and keeps what follows for later. Within a turn there is
 * room for more, up to TURN_BYTES_MAX; beyond that it piles up where the watch over slow sockets sees it.
 */
export class TurnWrites {
  readonly #corked = new Set<TcpSocket>();

  watch(connection: WrittenConnection): void {
    const { socket } = connection.request;
    const flushing = (): void => this.#cork(socket);
    const flushed = (): void => {
      if (socket.writableLength < TURN_BYTES_MAX) connection.transport.writable = true;
    };
    connection.on('flush', contained('socket', flushing));
    connection.on('drain', contained('socket', flushed));
  }

  #cork(socket: TcpSocket): void {
    if (this.#corked.has(socket)) return;
    if (this.#corked.size === 0) setImmediate(contained('socket', () => this.#write()));
    this.#corked.add(socket);
    socket.cork();
  }

  #write(): void {
    const corked = [...this.#corked];
    // Before they are written: what is sent as a write returns belongs to the next turn.
    this.#corked.clear();
    for (const socket of corked) runGuarded('socket', () => socket.uncork());
  }
}
