import { io } from 'socket.io-client';
import { isObject, stringField } from '../assemble/fields.ts';
import type {
  DialFailure,
  NodeSocket,
  NodeSocketHandlers,
  NodeSocketOptions,
} from './node-socket.ts';

/**
 * A node over socket.io: websocket only, one dial, no reconnection of its own (which node to try next and when
 * is `connection.ts`'s decision; socket.io's own state recovery is not relied upon, our seq is).
 */
export function openSocketIo(options: NodeSocketOptions, handlers: NodeSocketHandlers): NodeSocket {
  const socket = io(options.url + options.namespace, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    timeout: options.connectTimeoutMs,
    auth: { token: options.token },
  });
  socket.on('connect', () => {
    handlers.opened();
  });
  socket.on('connect_error', (error) => {
    handlers.failed(dialFailure(error));
  });
  socket.on('disconnect', (reason) => {
    handlers.lost(reason);
  });
  socket.onAny((name: string, payload: unknown) => {
    handlers.event(name, payload);
  });
  return {
    request: async (event, payload, timeoutMs) => {
      const ack: unknown = await socket.timeout(timeoutMs).emitWithAck(event, payload);
      return ack;
    },
    close: () => {
      socket.removeAllListeners();
      socket.offAny();
      socket.disconnect();
    },
  };
}

/** An error of the node's middleware carries `data` from our table of codes; anything else is the network. */
function dialFailure(error: Error): DialFailure {
  const data: unknown = 'data' in error ? error.data : null;
  const code = isObject(data) ? stringField(data, 'code') : null;
  const kind =
    code === 'unauthenticated' || code === 'forbidden' ? 'unauthenticated' : 'unreachable';
  return { kind, detail: error.message };
}
