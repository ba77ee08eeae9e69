import { groupOfSession, groupOfUser } from '@fleetlm/protocol';
import type { HostEvent } from '@fleetlm/raft/host';
import type { WalFailure } from '@fleetlm/raft/wal';
import type { DispatchEngine } from '../effects/dispatch/index.ts';
import type { Feed } from '../effects/feed/feed.ts';
import type { Flusher } from '../effects/flusher/index.ts';
import type { Router } from '../router/router.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Replicas } from './replicas.ts';
import type { Gossip } from './reports/gossip.ts';
import type { Topology } from './topology.ts';

export type FatalFailure = WalFailure | { readonly kind: 'invariant'; readonly detail: string };

export interface HostEventTargets {
  /** Number of groups of conversations. */
  readonly groupCount: number;
  readonly router: Router;
  readonly feed: Feed;
  readonly dispatch: DispatchEngine;
  readonly flusher: Pick<Flusher, 'snapshotSaved'>;
  readonly gossip: Gossip;
  readonly replicas: Pick<Replicas, 'failed' | 'resumed'>;
  readonly topology: Pick<Topology, 'leaderChanged'>;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly reportFault: (error: unknown) => void;
  readonly onFatal: (failure: FatalFailure) => void;
}

/** Informs the parts of the node of what happened in its groups. */
export function handleHostEvent(event: HostEvent, targets: HostEventTargets): void {
  const { router, feed, dispatch, flusher, gossip, replicas, topology, metrics, log, onFatal } =
    targets;
  const { groupCount, reportFault } = targets;
  switch (event.type) {
    case 'role-changed':
      router.leaderChanged(event.group, event.leader);
      topology.leaderChanged(event.group, event.leader);
      if (event.role === 'leader') {
        dispatch.leadershipGained(event.group);
        gossip.publish('leader-elected', event.group, `leads in term ${event.term}`);
      } else dispatch.leadershipLost(event.group);
      return;
    case 'snapshot-saved':
      flusher.snapshotSaved(event.group);
      gossip.publish('snapshot-saved', event.group, `up to ${event.index}, ${event.bytes} bytes`);
      return;
    case 'snapshot-installed':
      feed.resync(
        {
          session: (sessionId) => groupOfSession(sessionId) === event.group,
          user: (userId) => groupOfUser(userId, groupCount) === event.group,
        },
        'this node was brought up to date with a snapshot',
      );
      gossip.publish('snapshot-installed', event.group, `up to ${event.index}`);
      return;
    case 'snapshot-too-large': {
      const { type: _type, isFirst, stage, ...detail } = event;
      metrics.largeSnapshots.inc({ stage });
      if (isFirst)
        log.error(
          { stage, ...detail },
          'raft: snapshot too large; replicas that need it cannot catch up',
        );
      return;
    }
    case 'group-failed':
      replicas.failed(event.group);
      metrics.faults.inc({ kind: 'replica' });
      log.error(event, 'raft: replica failed: its snapshot cannot be used');
      return;
    case 'group-stalled': {
      const { index, term, reason, detail, data } = event.stall;
      replicas.failed(event.group);
      metrics.faults.inc({ kind: 'replica' });
      log.error(
        { group: event.group, index, term, reason, detail, bytes: data.length },
        'raft: replica stalled at an entry that it cannot apply',
      );
      return;
    }
    case 'group-resumed':
      replicas.resumed(event.group);
      log.info(event, 'raft: replica resumed');
      return;
    case 'entry-skipped':
      log.warn(event, 'raft: entry skipped by decision of an operator');
      return;
    case 'entry-refused':
      metrics.entriesRefused.inc({ stage: 'apply', reason: 'malformed' });
      log.error(event, 'raft: committed entry refused: it is malformed');
      return;
    case 'callback-failed':
      reportFault(event.error);
      return;
    case 'disk-full':
      log.error(event, event.full ? 'wal: disk full' : 'wal: disk has space again');
      return;
    case 'fatal':
      onFatal(event.failure);
      return;
    default:
      event satisfies never;
  }
}
