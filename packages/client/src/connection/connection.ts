import {
  type Ack,
  type RequestEvent,
  type RequestPayload,
  readAck,
  type WireError,
} from '../wire.ts';
import { backoffMs } from './backoff.ts';
import {
  CONNECTION_TABLE,
  type ConnectionCommand,
  type ConnectionEvent,
  type ConnectionStatus,
} from './connection-machine.ts';
import { nodeOrder } from './node-order.ts';
import type { NodeSocket, OpenNodeSocket } from './node-socket.ts';
import type { TokenSource } from './token-source.ts';

const CONNECT_TIMEOUT_MS = 2_500;
/** Silence after which the node is asked for a sign of life, and how long it has for it. */
const HEARTBEAT_EVERY_MS = 5_000;
const PROBE_TIMEOUT_MS = 2_500;
const SILENCE_MAX_MS = 10_000;
/** Longer than the node's own limit for a proposal, so that its answer comes first. */
const REQUEST_TIMEOUT_MS = 8_000;

/** What a connection is made with. */
export interface ConnectionOptions {
  /** Origins of the nodes, in any order; at least one. */
  readonly nodes: readonly string[];
  readonly namespace: '/' | '/admin';
  readonly tokens: TokenSource;
  readonly openSocket: OpenNodeSocket;
  /** What every node answers at once, whatever it says; null: no request on this namespace, the node publishes. */
  readonly probe: { readonly event: string; readonly payload: object } | null;
}

/** What is known of the connection; the object changes only when its content does. */
export interface ConnectionView {
  readonly status: ConnectionStatus;
  /** The node that is being used or tried. */
  readonly node: string;
  /** Unix milliseconds since when there is no open connection; null while there is one. */
  readonly downSinceMs: number | null;
  /** Whether it was ever open: a first connection is not a *re*connection. */
  readonly everOnline: boolean;
  readonly lastError: string | null;
}

type EventHandler = (payload: unknown) => void;

/**
 * A connection to any node of the cluster that heals itself: it carries out the commands of the connection
 * table. Requests fail at once while it is not open; what has to survive that (the outbox, joins) is repeated
 * by its owner, who is notified through `subscribe`.
 */
export class Connection {
  #options: ConnectionOptions;
  readonly #nodes: readonly string[];
  #view: ConnectionView;
  #listeners = new Set<() => void>();
  #handlers = new Map<string, Set<EventHandler>>();
  #socket: NodeSocket | null = null;
  #token: string | null = null;
  #nodeIndex = 0;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #heartbeat: ReturnType<typeof setInterval> | null = null;
  #lastReceivedMs = 0;

  /** Throws a TypeError for a node that is no URL. */
  constructor(options: ConnectionOptions) {
    this.#options = options;
    const nodes = options.nodes.map((node) => new URL(node).origin);
    this.#nodes = nodeOrder(nodes, Math.random);
    this.#view = {
      status: 'stopped',
      node: this.#nodeUrl(),
      downSinceMs: Date.now(),
      everOnline: false,
      lastError: null,
    };
  }

  get view(): ConnectionView {
    return this.#view;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `handler` with the payload of every event of this name, on whichever node. */
  on(event: string, handler: EventHandler): () => void {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  start(): void {
    this.#step('start');
  }

  stop(): void {
    this.#step('stop');
  }

  /** Something says that it is worth trying now: the network is back, the page is visible again, a sign-in. */
  wake(): void {
    this.#step('wake');
  }

  /** The token is not to be used any more: get another one and connect with it. */
  renewToken(): void {
    this.#step('token_rejected');
    this.#step('wake');
  }

  /** Asks the node; never rejects. `code: "disconnected"` and `"timeout"` leave the outcome unknown. */
  async request<E extends RequestEvent>(
    event: E,
    payload: RequestPayload<E>,
    timeoutMs: number = REQUEST_TIMEOUT_MS,
  ): Promise<Ack> {
    const socket = this.#socket;
    if (socket === null || this.#view.status !== 'online')
      return { ok: false, error: DISCONNECTED };
    try {
      const ack = readAck(await socket.request(event, payload, timeoutMs));
      this.#lastReceivedMs = Date.now();
      return ack;
    } catch {
      if (socket !== this.#socket) return { ok: false, error: DISCONNECTED };
      void this.#probe(socket);
      return { ok: false, error: TIMED_OUT };
    }
  }

  #step(event: ConnectionEvent, error: string | null = null): void {
    const before = this.#view.status;
    const transition = CONNECTION_TABLE[before][event];
    if (transition.to !== before) this.#moveTo(transition.to, error);
    for (const command of transition.commands) this.#perform(command);
    if (transition.to !== before) for (const listener of [...this.#listeners]) listener();
  }

  #moveTo(status: ConnectionStatus, error: string | null): void {
    const online = status === 'online';
    this.#view = {
      status,
      node: this.#nodeUrl(),
      downSinceMs: online ? null : (this.#view.downSinceMs ?? Date.now()),
      everOnline: this.#view.everOnline || online,
      lastError: online ? null : (error ?? this.#view.lastError),
    };
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#heartbeat = online ? setInterval(() => this.#beat(), HEARTBEAT_EVERY_MS) : null;
  }

  #perform(command: ConnectionCommand): void {
    switch (command) {
      case 'get_token':
        void this.#getToken();
        return;
      case 'forget_token':
        this.#options.tokens.forget();
        return;
      case 'dial':
        this.#dial();
        return;
      case 'hang_up':
        this.#socket?.close();
        this.#socket = null;
        return;
      case 'next_node':
        this.#nodeIndex = (this.#nodeIndex + 1) % this.#nodes.length;
        return;
      case 'arm_timer': {
        const delayMs = backoffMs(this.#attempt, this.#nodes.length, Math.random());
        this.#attempt += 1;
        this.#timer = setTimeout(() => this.#step('timer'), delayMs);
        return;
      }
      case 'disarm_timer':
        if (this.#timer !== null) clearTimeout(this.#timer);
        this.#timer = null;
        return;
      case 'reset_attempts':
        this.#attempt = 0;
        return;
      case 'probe':
        if (this.#socket !== null) void this.#probe(this.#socket);
        return;
      default:
        command satisfies never;
    }
  }

  async #getToken(): Promise<void> {
    const answer = await this.#options.tokens.get(Date.now());
    if (answer.status === 'ready') {
      this.#token = answer.token;
      this.#step('token_ready');
    } else if (answer.status === 'signed_out') this.#step('token_refused', 'No user is signed in.');
    else this.#step('token_failed', answer.error.message);
  }

  #dial(): void {
    const { openSocket, namespace } = this.#options;
    // Events of a socket that was given up must not move the machine: each handler checks that it is still the one.
    const isCurrent = () => this.#socket === socket;
    const socket: NodeSocket = openSocket(
      {
        url: this.#nodeUrl(),
        namespace,
        token: this.#token ?? '',
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
      },
      {
        opened: () => {
          if (!isCurrent()) return;
          this.#lastReceivedMs = Date.now();
          this.#step('opened');
        },
        failed: ({ kind, detail }) => {
          if (isCurrent())
            this.#step(kind === 'unauthenticated' ? 'token_rejected' : 'dial_failed', detail);
        },
        lost: (detail) => {
          if (isCurrent()) this.#step('lost', detail);
        },
        event: (name, payload) => {
          if (!isCurrent()) return;
          this.#lastReceivedMs = Date.now();
          for (const handler of [...(this.#handlers.get(name) ?? [])]) handler(payload);
        },
      },
    );
    this.#socket = socket;
  }

  #beat(): void {
    const socket = this.#socket;
    const silentMs = Date.now() - this.#lastReceivedMs;
    if (socket !== null && silentMs >= HEARTBEAT_EVERY_MS) void this.#probe(socket);
  }

  /**
   * A socket can read "open" long after the other end is gone (sleep, a lost route, a stopped process), so the
   * node is asked for a sign of life. No answer: the connection is given up. Where nothing can be asked, silence
   * that is long enough is the answer.
   */
  async #probe(socket: NodeSocket): Promise<void> {
    const { probe } = this.#options;
    try {
      if (probe !== null) await socket.request(probe.event, probe.payload, PROBE_TIMEOUT_MS);
      else if (Date.now() - this.#lastReceivedMs > SILENCE_MAX_MS) throw new Error('silence');
      else return;
      this.#lastReceivedMs = Date.now();
    } catch {
      if (socket === this.#socket) this.#step('lost', 'The node does not answer.');
    }
  }

  #nodeUrl(): string {
    return this.#nodes[this.#nodeIndex] ?? '';
  }
}

const DISCONNECTED: WireError = {
  code: 'disconnected',
  message: 'There is no connection to the cluster.',
  retryable: true,
};
const TIMED_OUT: WireError = {
  code: 'timeout',
  message: 'The cluster did not answer in time.',
  retryable: true,
};
