import { isObject, stringField } from '@fleetlm/protocol/ui-stream';
import { io } from 'socket.io-client';
import type {
  DialFailure,
  NodeSocket,
  NodeSocketHandlers,
  NodeSocketOptions,
} from './node-socket.ts';

/**
 * Connects to a node with socket.io-client: one websocket, dialled once. `connection.ts` decides which node to try next and
 * when, so the library neither reconnects nor shares connections. Nodes refuse long polling.
 */
export function openSocketIo(options: NodeSocketOptions, handlers: NodeSocketHandlers): NodeSocket {
  const { url, namespace, token, connectTimeoutMs } = options;
  let state: 'dialling' | 'open' | 'closed' = 'dialling';
  const socket = io(`${url}${namespace}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { token },
  });
  // The library's own limit ends with the transport: it does not notice a node that never answers for the namespace.
  const limit = setTimeout(
    () => end({ kind: 'unreachable', detail: 'no connection in time' }),
    connectTimeoutMs,
  );

  function close(): void {
    state = 'closed';
    clearTimeout(limit);
    // Requests that the library holds back for a reconnection would wait for their timeouts instead of being rejected.
    socket.sendBuffer = [];
    socket.disconnect();
  }

  /** Reports the end of the connection, once. */
  function end(failure: DialFailure): void {
    if (state === 'closed') return;
    const wasOpen = state === 'open';
    close();
    if (wasOpen) handlers.lost(failure.detail);
    else handlers.failed(failure);
  }

  socket.on('connect', () => {
    state = 'open';
    clearTimeout(limit);
    handlers.opened();
  });
  socket.on('connect_error', (error) => end(dialFailure(error)));
  socket.on('disconnect', (reason) => end({ kind: 'unreachable', detail: reason }));
  socket.onAny((name: unknown, payload: unknown) => {
    if (typeof name === 'string') handlers.event(name, payload);
  });

  return {
    request: (event, payload, timeoutMs) =>
      state === 'open'
        ? socket.timeout(timeoutMs).emitWithAck(event, payload)
        : Promise.reject(new Error('not connected')),
    close,
  };
}

/** An error of the node's middleware carries `data` with one of its codes; any other is the network's. */
function dialFailure(error: Error): DialFailure {
  const data = 'data' in error && isObject(error.data) ? error.data : {};
  const code = stringField(data, 'code');
  const kind =
    code === 'unauthenticated' || code === 'forbidden' ? 'unauthenticated' : 'unreachable';
  return { kind, detail: error.message };
}
