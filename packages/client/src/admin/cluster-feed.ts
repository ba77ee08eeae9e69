import { Connection, type ConnectionView } from '../connection/connection.ts';
import type { OpenNodeSocket } from '../connection/node-socket.ts';
import { openSocketIo } from '../connection/socket-io-socket.ts';
import { type TokenProvider, TokenSource } from '../connection/token-source.ts';
import { type ReadableStore, Store } from '../store.ts';
import type { ClusterState } from './cluster-state.ts';
import {
  UNKNOWN_CLUSTER,
  withDelta,
  withEarlierEvents,
  withEvent,
  withSnapshot,
} from './cluster-state.ts';
import type { ClusterEvent } from './cluster-wire.ts';
import { readClusterEvent, readClusterUpdate } from './cluster-wire.ts';
import { readOperations } from './operations-wire.ts';

/** Which nodes to watch the cluster through, any of which is enough, and as whom. */
export interface ClusterFeedOptions {
  readonly nodes: readonly string[];
  /** For tokens whose role is `admin`. */
  readonly token: TokenProvider;
  readonly openSocket?: OpenNodeSocket;
}

/** The state of the cluster, live from whichever node can be reached. */
export class ClusterFeed {
  readonly connection: ReadableStore<ConnectionView>;
  readonly state: ReadableStore<ClusterState>;
  #connection: Connection;
  #state = new Store(UNKNOWN_CLUSTER);

  constructor(options: ClusterFeedOptions) {
    const connection = new Connection({
      nodes: options.nodes,
      namespace: '/admin',
      tokens: new TokenSource(options.token),
      openSocket: options.openSocket ?? openSocketIo,
      probe: null,
    });
    this.#connection = connection;
    const firstView = connection.view;
    this.connection = {
      get: () => connection.view,
      initial: () => firstView,
      subscribe: (listener) => connection.subscribe(listener),
    };
    const state = this.#state;
    this.state = state;
    connection.on('cluster:snapshot', (payload) => {
      const update = readClusterUpdate(payload);
      if (update !== null) state.set(withSnapshot(state.get(), update, Date.now()));
    });
    connection.on('cluster:delta', (payload) => {
      const update = readClusterUpdate(payload);
      if (update !== null) state.set(withDelta(state.get(), update, Date.now()));
    });
    connection.on('cluster:operations', (payload) => {
      const operations = readOperations(payload);
      if (operations !== null) state.set({ ...state.get(), operations });
    });
    connection.on('cluster:event', (payload) => {
      const event = readClusterEvent(payload);
      if (event !== null) state.set(withEvent(state.get(), event));
    });
  }

  /** What happened before this page was opened, newest first. */
  addEarlierEvents(events: readonly ClusterEvent[]): void {
    this.#state.set(withEarlierEvents(this.#state.get(), events));
  }

  start(): void {
    this.#connection.start();
  }

  stop(): void {
    this.#connection.stop();
  }
}
