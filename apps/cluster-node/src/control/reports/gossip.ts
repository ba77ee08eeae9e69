import { groupOfSession } from '@fleetlm/protocol';
import type { Mesh } from '@fleetlm/raft/mesh';
import type { Feed } from '../../effects/feed/feed.ts';
import type { FlusherStats } from '../../effects/flusher/index.ts';
import { EVENT_DETAIL_LENGTH_MAX } from '../../limits.ts';
import { inComponent } from '../../telemetry/component-turns.ts';
import { guarded } from '../../telemetry/guarded.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { ClusterEvents } from './cluster-events.ts';
import type { ClusterReports } from './cluster-reports.ts';
import type { ClusterEvent } from './cluster-view.ts';
import type { GroupDirectory } from './group-directory.ts';
import {
  decodeEvent,
  decodeReport,
  encodeEvent,
  encodeReport,
  type NodeReport,
} from './node-report.ts';
import type { PeerNumbers } from './peer-numbers.ts';
import { decodePublish, encodePublish, type PublishKind } from './publish-frames.ts';

const REPORT_EVERY_MS = 1_000;
/** While replicas come, catch up or go: the coordinator's next step waits for what is reported. */
const REPORT_OF_CHANGES_EVERY_MS = 250;
/** So long after the last change. */
const CHANGING_MS = 2_000;

export interface GossipOptions {
  readonly nodeId: string;
  readonly mesh: Pick<Mesh, 'connected' | 'send'>;
  readonly log: Logger;
  readonly ownReport: () => NodeReport;
  readonly flusherStats: () => Pick<
    FlusherStats,
    'databaseUp' | 'passes' | 'failures' | 'lastError'
  >;
  readonly reports: Pick<ClusterReports, 'receive'>;
  readonly directory: Pick<GroupDirectory, 'receive'>;
  readonly peers: Pick<PeerNumbers, 'numberOf'>;
  readonly events: Pick<ClusterEvents, 'publish'>;
  readonly isReadyLeader: (group: number) => boolean;
  /** False: malformed. */
  readonly feed: Pick<Feed, 'receiveChunk' | 'receiveEvent' | 'receiveUnfollow'>;
}

/** What the nodes publish each other without being asked: how they are, what happened, parts of answers. */
export class Gossip {
  readonly #options: GossipOptions;
  #timer: NodeJS.Timeout | null = null;
  #isRunning = false;
  #changingUntilMs = 0;
  #databaseWasUp: boolean | null = null;

  constructor(options: GossipOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isRunning = true;
    this.#schedule();
  }

  stop(): void {
    this.#isRunning = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** A replica here was opened or closed, or its group changes members: report more often for a while. */
  groupsChanged(): void {
    const before = this.#changingUntilMs;
    const now = performance.now();
    this.#changingUntilMs = now + CHANGING_MS;
    if (before <= now) this.#schedule();
  }

  #schedule(): void {
    if (!this.#isRunning) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const isChanging = performance.now() < this.#changingUntilMs;
    this.#timer = setTimeout(
      guarded('timer', () => {
        this.#schedule();
        inComponent('membership', () => this.#report());
      }),
      isChanging ? REPORT_OF_CHANGES_EVERY_MS : REPORT_EVERY_MS,
    );
  }

  /** Something happened on this node: for its log, and for those who watch the cluster through any node. */
  publish(kind: ClusterEvent['kind'], group: number | null, detail: string): void {
    const { nodeId, log, events } = this.#options;
    const event: ClusterEvent = {
      atMs: Date.now(),
      nodeId,
      kind,
      group,
      // The log has all of it.
      detail: detail.slice(0, EVENT_DETAIL_LENGTH_MAX).toWellFormed(),
    };
    // Elections come by the hundred when a node starts or dies.
    const level = kind === 'leader-elected' ? 'debug' : 'info';
    log[level]({ event: kind, group, detail }, 'cluster event');
    events.publish(event);
    this.#broadcast('event', encodeEvent(event));
  }

  /** A turn has exhausted its attempts: every replica knows, the leader says so. */
  dispatchFailed(sessionId: string, error: string): void {
    const group = groupOfSession(sessionId);
    if (group !== null && this.#options.isReadyLeader(group))
      this.publish('dispatch-failed', group, `${sessionId}: ${error}`);
  }

  /** To all nodes that are connected; the others learn it from the next one, or ask. */
  #broadcast(kind: PublishKind, body: Uint8Array): void {
    const { mesh } = this.#options;
    const { connected } = mesh;
    if (connected.length === 0) return;
    const frame = encodePublish(kind, body);
    for (const { nodeId } of connected) mesh.send(nodeId, 'publish', frame);
  }

  /** False: malformed. What came with a later version is dropped: the connection carries the groups' messages, too. */
  receive(nodeId: string, frame: Uint8Array): boolean {
    const published = decodePublish(frame);
    if (published === null) return false;
    if (published === 'later') return true;
    switch (published.kind) {
      case 'chunk':
        return this.#options.feed.receiveChunk(published.body);
      case 'followed':
        return this.#options.feed.receiveEvent(nodeId, published.body);
      case 'unfollow':
        return this.#options.feed.receiveUnfollow(nodeId, published.body);
      case 'report': {
        const report = decodeReport(published.body);
        if (report !== null) this.#reported(nodeId, report);
        return report !== null;
      }
      case 'event': {
        const event = decodeEvent(published.body);
        if (event !== null && event !== 'later') this.#options.events.publish(event);
        return event !== null;
      }
      default:
        return published.kind satisfies never;
    }
  }

  #reported(nodeId: string, report: NodeReport): void {
    const { reports, peers, directory } = this.#options;
    reports.receive(nodeId, report);
    const number = peers.numberOf(nodeId);
    if (number !== null) directory.receive(number, report);
  }

  #report(): void {
    this.#broadcast('report', encodeReport(this.#options.ownReport()));
    const { databaseUp, passes, failures, lastError } = this.#options.flusherStats();
    if (passes + failures === 0 || databaseUp === this.#databaseWasUp) return;
    if (!databaseUp) this.publish('flush-failed', null, lastError ?? 'Postgres is unreachable');
    else if (this.#databaseWasUp !== null)
      this.publish('flush-recovered', null, 'Postgres is reachable again');
    this.#databaseWasUp = databaseUp;
  }
}
