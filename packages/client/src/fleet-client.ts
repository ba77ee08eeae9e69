import { isObject, stringField } from '@fleetlm/protocol/ui-stream';
import { Connection, type ConnectionView } from './connection/connection.ts';
import type { OpenNodeSocket } from './connection/node-socket.ts';
import { openSocketIo } from './connection/socket-io-socket.ts';
import { type TokenProvider, TokenSource } from './connection/token-source.ts';
import { Files } from './files/files.ts';
import { InboxStore } from './inbox/inbox-store.ts';
import { Outbox } from './outbox/outbox.ts';
import { memoryOutbox, type OutboxStorage } from './outbox/outbox-storage.ts';
import { type ReadBefore, SessionStore } from './session/session-store.ts';
import type { ReadableStore } from './store.ts';
import { isMessage, type Message } from './wire.ts';

/** Conversations kept after they were closed, so that going back shows them at once. */
const CLOSED_SESSIONS_MAX = 20;

/** Leaving a conversation that is not joined changes nothing, needs no quorum, and is always answered. */
const PROBE = { event: 'session:leave', payload: { session_id: '00-00000000000000000000000000' } };

/** Where the cluster is, who is signed in, and what the client may keep beyond a reload. */
export interface FleetClientOptions {
  /** Origins of the cluster's nodes, for example `http://127.0.0.1:4001`; any of them serves any conversation. */
  readonly nodes: readonly string[];
  /** The signed-in user; messages are shown as theirs before the cluster has confirmed them. */
  readonly userId: string;
  readonly token: TokenProvider;
  /** Where unsent messages survive a reload; in memory by default. */
  readonly outbox?: OutboxStorage;
  /** How to read older pages of a conversation; without it only what a join brings is shown. */
  readonly readBefore?: ReadBefore;
  readonly openSocket?: OpenNodeSocket;
}

/**
 * A user's connection to the cluster: one socket, an inbox, any number of live conversations and an outbox.
 * Loses nothing and shows nothing twice over reconnects, node failures and reloads. `start` connects, `stop` ends it; what
 * fails in between is in the stores and is retried, nothing throws.
 *
 * @example
 * const client = new FleetClient({ nodes: ['https://n1.example'], userId: 'ann', token: () => fetchToken() });
 * client.start();
 * const session = client.session(sessionId);
 * const close = session.open(); // live from here on
 * session.view.subscribe(() => render(session.view.get().messages));
 * const sent = session.send({ text: 'Hello' }); // at once in the outbox; { ok: false } only when it can never be sent
 * close();
 */
export class FleetClient {
  readonly userId: string;
  readonly connection: ReadableStore<ConnectionView>;
  readonly inbox: InboxStore;
  readonly outbox: Outbox;
  readonly files: Files;
  #connection: Connection;
  #options: FleetClientOptions;
  #sessions = new Map<string, SessionStore>();
  #stopListening: (() => void) | null = null;

  constructor(options: FleetClientOptions) {
    if (options.nodes.length === 0) throw new RangeError('`nodes` must name at least one node.');
    this.#options = options;
    this.userId = options.userId;
    const tokens = new TokenSource(options.token);
    this.files = new Files({ nodes: options.nodes, tokens });
    const connection = new Connection({
      nodes: options.nodes,
      namespace: '/',
      tokens,
      openSocket: options.openSocket ?? openSocketIo,
      probe: PROBE,
    });
    this.#connection = connection;
    const firstView = connection.view;
    this.connection = {
      get: () => connection.view,
      initial: () => firstView,
      subscribe: (listener) => connection.subscribe(listener),
    };
    this.inbox = new InboxStore(connection);
    this.outbox = new Outbox({
      connection,
      storage: options.outbox ?? memoryOutbox(),
      userId: options.userId,
      onCommitted: (message) => this.#sessions.get(message.session_id)?.messageCommitted(message),
    });
    this.#route();
  }

  /** Connects, and stays connected until `stop`. */
  start(): void {
    this.#stopListening ??= this.#connection.subscribe(() => this.#connectionChanged());
    this.#connection.start();
  }

  stop(): void {
    this.#connection.stop();
    this.#stopListening?.();
    this.#stopListening = null;
  }

  /** Try now instead of waiting: the network came back, the page became visible, a user signed in. */
  wake(): void {
    this.#connection.wake();
  }

  /** The sign-in has changed: hang up and connect with a new token. Without one the status becomes `signed_out`. */
  renewToken(): void {
    this.#connection.renewToken();
  }

  /** The store of a conversation; live while it is held open (`store.open()`). */
  session(sessionId: string): SessionStore {
    const known = this.#sessions.get(sessionId);
    if (known !== undefined) return known;
    this.#forgetClosed();
    const entry = this.inbox.state
      .get()
      .entries.find((candidate) => candidate.session_id === sessionId);
    const store = new SessionStore(sessionId, {
      connection: this.#connection,
      outbox: this.outbox,
      readBefore: this.#options.readBefore ?? null,
      lastSeqHint: entry?.last_seq ?? 0,
    });
    this.#sessions.set(sessionId, store);
    return store;
  }

  #forgetClosed(): void {
    const closed = [...this.#sessions.values()].filter((store) => !store.isOpen);
    for (const store of closed.slice(0, Math.max(0, closed.length - CLOSED_SESSIONS_MAX)))
      this.#sessions.delete(store.sessionId);
  }

  #connectionChanged(): void {
    if (this.#connection.view.status === 'online') {
      this.#rejoinAll();
      this.outbox.flush();
      return;
    }
    this.inbox.detached();
    for (const store of this.#sessions.values()) store.detached();
  }

  #rejoinAll(): void {
    this.inbox.rejoin();
    for (const store of this.#sessions.values()) store.rejoin();
  }

  #route(): void {
    const connection = this.#connection;
    connection.on('session:message', (payload) => {
      if (isMessage(payload)) this.#receiveMessage(payload);
    });
    connection.on('session:chunk', (payload) => this.#sessionOf(payload)?.receiveChunk(payload));
    connection.on('session:status', (payload) => this.#sessionOf(payload)?.receiveStatus(payload));
    connection.on('session:read', (payload) => {
      if (isObject(payload) && typeof payload.last_read_seq === 'number')
        this.#sessionOf(payload)?.receiveRead(payload.last_read_seq);
    });
    connection.on('inbox:delta', (payload) => this.inbox.receiveDelta(payload));
    connection.on('resync', () => this.#rejoinAll());
  }

  #receiveMessage(message: Message): void {
    this.#sessions.get(message.session_id)?.receiveMessages([message]);
  }

  #sessionOf(payload: unknown): SessionStore | undefined {
    const sessionId = isObject(payload) ? stringField(payload, 'session_id') : null;
    return sessionId === null ? undefined : this.#sessions.get(sessionId);
  }
}
