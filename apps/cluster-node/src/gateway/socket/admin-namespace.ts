import type { ClusterSnapshot, OperationsAnswer } from '@fleetlm/protocol';
import type { AdminRuntime, ClusterEvent, Subscription } from '../../runtime/runtime-api.ts';
import { clusterEvent } from '../cluster-wire.ts';
import { contained } from '../contained.ts';
import type { OperatorNamespace, OperatorSocket } from './socket-types.ts';

const DELTA_EVERY_MS = 1_000;
/** The newest; older ones are read over REST. */
const OPERATIONS_SHOWN = 20;

/** Sockets that are sent what changes: all but those that do not keep up. */
const LIVE = 'live';

/** The namespace `/admin`: a snapshot on connecting, then what changed once a second, and events at once. */
export class AdminNamespace {
  readonly #namespace: OperatorNamespace;
  readonly #admin: AdminRuntime;
  readonly #events: Subscription;
  readonly #tickContained: () => void;
  #timer: NodeJS.Timeout | null = null;
  #lastOperations = '';
  #last: Fingerprints = { nodes: new Map(), groups: new Map() };

  constructor(namespace: OperatorNamespace, admin: AdminRuntime) {
    this.#namespace = namespace;
    this.#admin = admin;
    this.#tickContained = contained('admin', () => this.#tick());
    const publish = (event: ClusterEvent): void => {
      namespace.to(LIVE).emit('cluster:event', clusterEvent(event));
    };
    this.#events = admin.subscribeEvents(contained('admin', publish));
  }

  /** Of a new socket, and of one that keeps up again: all of the cluster, then what changes. */
  welcome(socket: Pick<OperatorSocket, 'emit' | 'join' | 'connected'>): void {
    if (!socket.connected) return;
    void socket.join(LIVE);
    const snapshot = this.#admin.cluster();
    if (this.#timer === null) this.#last = fingerprintsOf(snapshot);
    socket.emit('cluster:snapshot', snapshot);
    socket.emit('cluster:operations', this.#operations());
    this.#timer ??= setInterval(this.#tickContained, DELTA_EVERY_MS);
  }

  /** Changes are left out until the socket is welcomed again. */
  leave(socket: Pick<OperatorSocket, 'leave'>): void {
    void socket.leave(LIVE);
  }

  close(): void {
    this.#events.close();
    this.#stop();
  }

  #operations(): OperationsAnswer {
    const { operations } = this.#admin;
    return {
      coordinator: operations.coordinator(),
      operations: operations.list().slice(0, OPERATIONS_SHOWN),
    };
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #tick(): void {
    if (this.#namespace.sockets.size === 0) {
      this.#stop();
      return;
    }
    const snapshot = this.#admin.cluster();
    const operations = this.#operations();
    const text = JSON.stringify(operations);
    const live = this.#namespace.to(LIVE);
    if (text !== this.#lastOperations) live.emit('cluster:operations', operations);
    this.#lastOperations = text;
    const before = this.#last;
    const now = fingerprintsOf(snapshot);
    this.#last = now;
    live.emit('cluster:delta', {
      reported_by: snapshot.reported_by,
      reported_at: snapshot.reported_at,
      nodes: snapshot.nodes.filter(
        ({ node_id }) => before.nodes.get(node_id) !== now.nodes.get(node_id),
      ),
      groups: snapshot.groups.filter(
        ({ group }) => before.groups.get(group) !== now.groups.get(group),
      ),
    });
  }
}

interface Fingerprints {
  readonly nodes: ReadonlyMap<string, string>;
  readonly groups: ReadonlyMap<number, string>;
}

/** When a group was reported is no change of the group. */
function fingerprintsOf(snapshot: ClusterSnapshot): Fingerprints {
  return {
    nodes: new Map(snapshot.nodes.map((node) => [node.node_id, JSON.stringify(node)])),
    groups: new Map(
      snapshot.groups.map((group) => [
        group.group,
        JSON.stringify({ ...group, reported_at: null }),
      ]),
    ),
  };
}
