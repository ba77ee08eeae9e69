import { isObject, stringField } from '@fleetlm/protocol/ui-stream';
import type {
  DialFailure,
  NodeSocket,
  NodeSocketHandlers,
  NodeSocketOptions,
} from './node-socket.ts';
import { eventFrame, joinFrame, leaveFrame, PONG, readFrame } from './socket-io-frames.ts';

/**
 * A node over Socket.IO: one websocket, one dial, nothing tried again (which node to try next and when is
 * `connection.ts`'s decision). Speaks the protocol itself: of what socket.io-client brings, long polling,
 * upgrades, binary packets and reconnection are not wanted, and it is twice the size of the rest of this package.
 */
export function openSocketIo(options: NodeSocketOptions, handlers: NodeSocketHandlers): NodeSocket {
  return new SocketIoSocket(options, handlers);
}

interface Waiting {
  readonly resolve: (ack: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

class SocketIoSocket implements NodeSocket {
  readonly #options: NodeSocketOptions;
  readonly #handlers: NodeSocketHandlers;
  readonly #waiting = new Map<number, Waiting>();
  #state: 'dialling' | 'open' | 'closed' = 'dialling';
  #web: WebSocket | null = null;
  /** Until the node has let us in; then until it has to be heard from again. */
  #limit: ReturnType<typeof setTimeout>;
  #silenceMaxMs = 0;
  #nextId = 0;

  constructor(options: NodeSocketOptions, handlers: NodeSocketHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#limit = setTimeout(() => this.#end('no connection in time'), options.connectTimeoutMs);
    // The owner has to have this object before it hears of it.
    queueMicrotask(() => this.#dial());
  }

  request(event: string, payload: object, timeoutMs: number): Promise<unknown> {
    const web = this.#web;
    if (this.#state !== 'open' || web === null) return Promise.reject(new Error('not connected'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error('no acknowledgement in time'));
      }, timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
      web.send(eventFrame(this.#options.namespace, id, event, payload));
    });
  }

  close(): void {
    if (this.#state === 'open') this.#web?.send(leaveFrame(this.#options.namespace));
    this.#shut();
  }

  #dial(): void {
    if (this.#state === 'closed') return;
    let web: WebSocket;
    try {
      const url = new URL('/socket.io/?EIO=4&transport=websocket', this.#options.url);
      url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
      web = new WebSocket(url);
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#web = web;
    web.onmessage = (event) => this.#receive(event.data);
    web.onclose = ({ reason }) => this.#end(reason === '' ? 'the connection closed' : reason);
    // Browsers say nothing about what went wrong; `onclose` follows.
    web.onerror = () => this.#end('the connection failed');
  }

  #receive(data: unknown): void {
    if (this.#state === 'closed') return;
    const { namespace, token } = this.#options;
    const frame = readFrame(typeof data === 'string' ? data : '', namespace);
    switch (frame.type) {
      case 'opened':
        this.#silenceMaxMs = frame.silenceMaxMs;
        this.#web?.send(joinFrame(namespace, { token }));
        return;
      case 'ping':
        this.#web?.send(PONG);
        if (this.#state === 'open') this.#expectPing();
        return;
      case 'joined':
        this.#state = 'open';
        this.#expectPing();
        this.#handlers.opened();
        return;
      case 'refused':
        this.#shut();
        this.#handlers.failed(dialFailure(frame.error));
        return;
      case 'left':
        this.#end('the node closed the connection');
        return;
      case 'malformed':
        this.#end('the node sent what is not of the protocol');
        return;
      case 'event':
        this.#handlers.event(frame.name, frame.payload);
        return;
      case 'ack':
        this.#settle(frame.id, frame.payload);
        return;
      case 'ignored':
        return;
      default:
        frame satisfies never;
    }
  }

  #settle(id: number, payload: unknown): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    waiting.resolve(payload);
  }

  #expectPing(): void {
    clearTimeout(this.#limit);
    this.#limit = setTimeout(() => this.#end('the node fell silent'), this.#silenceMaxMs);
  }

  /** Ends the connection and tells the owner, once. */
  #end(detail: string): void {
    if (this.#state === 'closed') return;
    const wasOpen = this.#state === 'open';
    this.#shut();
    if (wasOpen) this.#handlers.lost(detail);
    else this.#handlers.failed({ kind: 'unreachable', detail });
  }

  #shut(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#limit);
    this.#web?.close();
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new Error('the connection closed'));
    }
    this.#waiting.clear();
  }
}

/** An error of the node's middleware carries `data` from our table of codes; anything else is the network. */
function dialFailure(error: unknown): DialFailure {
  const body = isObject(error) ? error : {};
  const code = isObject(body.data) ? stringField(body.data, 'code') : null;
  const kind =
    code === 'unauthenticated' || code === 'forbidden' ? 'unauthenticated' : 'unreachable';
  return { kind, detail: stringField(body, 'message') ?? 'the node refused the connection' };
}
