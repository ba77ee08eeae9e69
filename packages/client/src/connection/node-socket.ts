/** One open (or opening) connection to one node; the seam between the connection's logic and socket.io. */
export interface NodeSocket {
  /** Resolves with the node's ack as it came; rejects when none came within `timeoutMs` or the socket closed. */
  request(event: string, payload: object, timeoutMs: number): Promise<unknown>;
  close(): void;
}

export type DialFailure =
  | { readonly kind: 'unreachable'; readonly detail: string }
  /** The node answered and does not accept the token. */
  | { readonly kind: 'unauthenticated'; readonly detail: string };

/** What a socket reports to its owner. After `failed`, `lost` or `close()` it says nothing more. */
export interface NodeSocketHandlers {
  opened(): void;
  failed(failure: DialFailure): void;
  lost(detail: string): void;
  event(name: string, payload: unknown): void;
}

/** One attempt to connect to one node. */
export interface NodeSocketOptions {
  /** Origin of the node, `http://host:port`. */
  readonly url: string;
  /** `/` or `/admin`. */
  readonly namespace: string;
  readonly token: string;
  readonly connectTimeoutMs: number;
}

/** Opens a socket to one node. It never throws: that it failed is reported to the handlers. */
export type OpenNodeSocket = (
  options: NodeSocketOptions,
  handlers: NodeSocketHandlers,
) => NodeSocket;
