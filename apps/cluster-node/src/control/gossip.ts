import type { Mesh } from '@fleetlm/raft/mesh';
import type { Feed } from '../effects/feed/feed.ts';
import type { FlusherStats } from '../effects/flusher/index.ts';
import { EVENT_DETAIL_LENGTH_MAX } from '../limits.ts';
import { inComponent } from '../telemetry/component-turns.ts';
import { guarded } from '../telemetry/guarded.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type CastKind, encodeCast, openCast } from './casts.ts';
import type { ClusterEvent, ClusterEventKind } from './cluster-view.ts';
import {
  decodeEvent,
  decodeReport,
  encodeEvent,
  encodeReport,
  type NodeReport,
} from './node-report.ts';

const REPORT_EVERY_MS = 1_000;

export interface GossipOptions {
  readonly nodeId: string;
  readonly mesh: Mesh;
  readonly log: Logger;
  readonly ownReport: () => NodeReport;
  readonly flusherStats: () => FlusherStats;
  readonly reported: (nodeId: string, report: NodeReport) => void;
  readonly happened: (event: ClusterEvent) => void;
  /** False: malformed. */
  readonly feed: Pick<Feed, 'receiveChunk' | 'receiveEvent' | 'receiveUnfollow'>;
}

/** What the nodes tell each other without being asked: how they are, what happened, parts of answers. */
export class Gossip {
  readonly #options: GossipOptions;
  #timer: NodeJS.Timeout | null = null;
  #databaseWasUp: boolean | null = null;

  constructor(options: GossipOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(
      guarded('timer', () => inComponent('membership', () => this.#report())),
      REPORT_EVERY_MS,
    );
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Something happened on this node: to its log, and to whoever watches the cluster through any node. */
  tell(kind: ClusterEventKind, group: number | null, detail: string): void {
    const { nodeId, log, happened } = this.#options;
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
    happened(event);
    this.cast('event', encodeEvent(event));
  }

  /** To all nodes that are connected; the others learn it from the next one, or ask. */
  cast(kind: CastKind, body: Uint8Array): void {
    const { mesh } = this.#options;
    const { connected } = mesh;
    if (connected.length === 0) return;
    const frame = encodeCast(kind, body);
    for (const { nodeId } of connected) mesh.send(nodeId, 'cast', frame);
  }

  /** False: malformed. */
  receive(nodeId: string, frame: Uint8Array): boolean {
    const cast = openCast(frame);
    if (cast === null) return false;
    switch (cast.kind) {
      case 'chunk':
        return this.#options.feed.receiveChunk(cast.body);
      case 'followed':
        return this.#options.feed.receiveEvent(nodeId, cast.body);
      case 'unfollow':
        return this.#options.feed.receiveUnfollow(nodeId, cast.body);
      case 'report': {
        const report = decodeReport(cast.body);
        if (report !== null) this.#options.reported(nodeId, report);
        return report !== null;
      }
      case 'event': {
        const event = decodeEvent(cast.body);
        if (event !== null) this.#options.happened(event);
        return event !== null;
      }
      default:
        return cast.kind satisfies never;
    }
  }

  #report(): void {
    this.cast('report', encodeReport(this.#options.ownReport()));
    const { databaseUp, passes, failures, lastError } = this.#options.flusherStats();
    if (passes + failures === 0 || databaseUp === this.#databaseWasUp) return;
    if (!databaseUp) this.tell('flush-failed', null, lastError ?? 'Postgres can not be reached');
    else if (this.#databaseWasUp !== null) this.tell('flush-recovered', null, 'Postgres is back');
    this.#databaseWasUp = databaseUp;
  }
}
