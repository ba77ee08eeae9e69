import { connect, type Socket } from 'node:net';
import { connect as connectWithTls } from 'node:tls';
import { diallerOptions } from '@fleetlm/raft/mesh';
import type { Piece } from '../inputs/case.ts';
import { payloadBytes, type Variables } from '../inputs/payload.ts';

const LOOPBACK = '127.0.0.1';
/** What is kept of an answer; the rest is read and dropped. */
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;
const CONNECT_LIMIT_MS = 10_000;

export interface Exchange {
  readonly received: Buffer;
  /** The other side closed the connection, in whatever way. */
  readonly closed: boolean;
  /** No connection came about. */
  readonly refused: boolean;
}

export interface SendOptions {
  readonly port: number;
  readonly pieces: readonly Piece[];
  readonly variables: Variables;
  /** From the last piece on; the exchange ends earlier when the other side closes or `isDone` says so. */
  readonly holdMs: number;
  readonly isDone?: (received: Buffer) => boolean;
  /** Of the cluster: the pieces are sent behind the handshake of TLS. Null: as they are. */
  readonly secret?: string | null;
}

/** A connection to the port between nodes, of one that has the cluster's secret. */
export function connectToMesh(port: number, secret: string): Socket {
  const credentials = { kind: 'secret', secrets: [secret] } as const;
  const socket = connectWithTls({ host: LOOPBACK, port, ...diallerOptions(credentials) });
  return socket.once('connect', () => socket.setNoDelay(true));
}

/** One connection: writes the pieces, and collects what comes back. Never throws for what the other side does. */
export async function exchange(options: SendOptions): Promise<Exchange> {
  const { port, secret = null } = options;
  const socket =
    secret === null
      ? connect({ host: LOOPBACK, port, noDelay: true })
      : connectToMesh(port, secret);
  const parts: Buffer[] = [];
  let bytes = 0;
  let closed = false;
  let done = false;
  let wake = (): void => undefined;
  socket.on('data', (part: Buffer) => {
    if (bytes < ANSWER_BYTES_MAX) parts.push(part);
    bytes += part.length;
    if (options.isDone !== undefined && bytes < ANSWER_BYTES_MAX) {
      done = options.isDone(parts.length === 1 ? part : Buffer.concat(parts));
      if (done) wake();
    }
  });
  // A reset is an answer like any other.
  socket.on('error', () => undefined);
  socket.on('end', () => {
    closed = true;
    wake();
  });
  socket.on('close', () => {
    closed = true;
    wake();
  });
  const connected = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), CONNECT_LIMIT_MS);
    socket.once(secret === null ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer);
      resolve(true);
    });
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
  const over = (): boolean => closed || done;
  if (connected) {
    await writePieces(socket, options.pieces, options.variables, over);
    await new Promise<void>((resolve) => {
      if (over()) {
        resolve();
        return;
      }
      const timer = setTimeout(resolve, options.holdMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
  const answered = closed && connected;
  socket.destroy();
  return { received: Buffer.concat(parts), closed: answered, refused: !connected };
}

/** Writes one piece after the other, waiting for room; stops when `over`. */
export async function writePieces(
  socket: Socket,
  pieces: readonly Piece[],
  variables: Variables,
  over: () => boolean,
): Promise<void> {
  for (const piece of pieces) {
    const bytes = payloadBytes(piece.payload, variables);
    for (let count = piece.times ?? 1; count > 0; count -= 1) {
      if (piece.after_ms !== undefined && piece.after_ms > 0) await pauseOf(piece.after_ms);
      if (over() || socket.destroyed) return;
      if (!socket.write(bytes)) await drained(socket);
    }
  }
}

const DRAIN_LIMIT_MS = 10_000;

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      socket.off('drain', end);
      socket.off('close', end);
      resolve();
    };
    const timer = setTimeout(end, DRAIN_LIMIT_MS);
    socket.once('drain', end);
    socket.once('close', end);
  });
}

function pauseOf(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
