import { io, type Socket } from 'socket.io-client';
import * as z from 'zod';

const ackShape = z.object({
  ok: z.literal(true),
  last_seq: z.number(),
  agent: z.object({ status: z.string(), epoch: z.number(), error: z.string().optional() }),
});
export type RunState = z.output<typeof ackShape>['agent'];

const ACK_LIMIT_MS = 10_000;

/** Asks for the state of sessions' runs, over a socket to each node in turn. */
export class RunStates {
  readonly #sockets: readonly Socket[];
  #next = 0;

  constructor(urls: readonly string[], apiKey: string) {
    this.#sockets = urls.map((url) =>
      io(url, { transports: ['websocket'], auth: { token: apiKey }, forceNew: true }),
    );
  }

  /** Null: no answer this time. */
  async of(sessionId: string): Promise<RunState | null> {
    const socket = this.#sockets[this.#next++ % this.#sockets.length];
    if (socket?.connected !== true) return null;
    try {
      const ack: unknown = await socket
        .timeout(ACK_LIMIT_MS)
        .emitWithAck('session:join', { session_id: sessionId, last_seq: 0 });
      // Live events of the session are not needed.
      socket.emit('session:leave', { session_id: sessionId }, () => undefined);
      const parsed = ackShape.safeParse(ack);
      return parsed.success ? parsed.data.agent : null;
    } catch {
      return null;
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.disconnect();
  }
}
