import { coldStats } from '@fleetlm/conversation';
import type { RecordedParts } from '../control/reports/node-recorder.ts';
import { syncP99Ms } from '../control/reports/own-report.ts';
import type { DeliveryRecorder } from '../effects/deliveries/index.ts';
import type { EventEngine } from '../effects/events/index.ts';
import type { FailedRuns } from '../effects/failed-runs.ts';
import type { Feed } from '../effects/feed/feed.ts';
import type { Loss, Tolerance } from '../membership/tolerance.ts';
import type { Router } from '../router/router.ts';
import type { Metrics } from '../telemetry/metrics.ts';

export interface ObservedParts extends RecordedParts {
  readonly metrics: Metrics;
  readonly router: Router;
  readonly feed: Feed;
  readonly deliveries: DeliveryRecorder;
  readonly conversationEvents: Pick<EventEngine, 'deliverer'>;
  readonly failedRuns: Pick<FailedRuns, 'dropped'>;
  readonly peersConnected: () => number;
  readonly tolerance: () => Tolerance;
}

/** Registers what other parts count: read when the metrics are asked for. */
export function observeParts(parts: ObservedParts): void {
  const { metrics, host, groups, wal, router, feed, dispatch, flusher, deliveries, eventLoop } =
    parts;
  const count = (matches: (group: number) => boolean): number => {
    let matching = 0;
    for (const group of groups.hosted) if (matches(group)) matching += 1;
    return matching;
  };
  const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);
  const { observe } = metrics;

  observe('fleetlm_event_loop_delay_p99_seconds', 'Delay of the event loop', () =>
    seconds(eventLoop.p99Ms()),
  );
  observe('fleetlm_groups_led', 'Groups that this node leads', () =>
    count((group) => host.isLeader(group)),
  );
  observe('fleetlm_groups_without_leader', 'Groups with a replica here and no known leader', () =>
    count((group) => host.leaderOf(group) === 0),
  );
  observe('fleetlm_peers_connected', 'Other nodes in contact', parts.peersConnected);
  const flag = ({ survivable }: Loss): number | null =>
    survivable === null ? null : Number(survivable);
  observe(
    'fleetlm_node_loss_survivable',
    'Whether every group keeps its quorum if any one node is lost: 1 or 0',
    () => flag(parts.tolerance().node),
  );
  observe(
    'fleetlm_host_loss_survivable',
    'Whether every group keeps its quorum if any one machine is lost: 1 or 0',
    () => flag(parts.tolerance().host),
  );
  observe(
    'fleetlm_zone_loss_survivable',
    'Whether every group keeps its quorum if any one zone is lost: 1 or 0',
    () => flag(parts.tolerance().zone),
  );

  observe('fleetlm_raft_elections_total', 'Campaigns begun here', () => host.stats.elections);
  observe(
    'fleetlm_raft_entries_applied_total',
    'Entries applied here',
    () => host.stats.entriesApplied,
  );
  observe(
    'fleetlm_raft_entries_appended_total',
    'Entries appended here',
    () => host.stats.entriesAppended,
  );
  observe(
    'fleetlm_raft_proposals_pending',
    'Proposals without an outcome yet',
    () => host.stats.proposalsPending,
  );
  observe(
    'fleetlm_raft_entries_memory_bytes',
    'Entries kept in memory',
    () => host.stats.entriesBytesInMemory,
  );

  observe('fleetlm_wal_bytes', 'Size of the log on disk', () => wal.stats.bytes);
  observe('fleetlm_wal_segments', 'Files of the log', () => wal.stats.segments);
  observe(
    'fleetlm_wal_appended_bytes_total',
    'Bytes written to the log',
    () => wal.stats.appendedBytes,
  );
  observe('fleetlm_wal_syncs_total', 'Syncs of the log', () => wal.stats.syncs);
  observe(
    'fleetlm_wal_queued_bytes',
    'Bytes queued for the log on disk',
    () => host.stats.walQueuedBytes,
  );
  observe('fleetlm_wal_sync_p99_seconds', 'Duration of the newest syncs', () =>
    seconds(syncP99Ms(wal)),
  );

  observe('fleetlm_sessions_hot', 'Sessions in memory here', () => groups.inMemory().sessions);
  observe(
    'fleetlm_sessions_hot_bytes',
    'Of messages and client message ids of sessions in memory here',
    () => groups.inMemory().bytes,
  );
  const cold = (): { sessions: number; bytes: number } => {
    const all = { sessions: 0, bytes: 0 };
    for (const group of groups.hosted) {
      const state = groups.state(group);
      if (state === null) continue;
      const { sessions, bytes } = coldStats(state);
      all.sessions += sessions;
      all.bytes += bytes;
    }
    return all;
  };
  observe('fleetlm_sessions_cold', 'Sessions here that have left memory', () => cold().sessions);
  observe(
    'fleetlm_sessions_cold_bytes',
    'Bytes kept in memory of sessions here that have left it',
    () => cold().bytes,
  );
  observe(
    'fleetlm_sessions_evicted_total',
    'Sessions of led groups that left memory',
    () => flusher.stats.sessionsEvicted,
  );
  observe(
    'fleetlm_sessions_hydrated_total',
    'Sessions of led groups that were brought back',
    () => flusher.stats.sessionsHydrated,
  );

  observe(
    'fleetlm_flush_backlog_messages',
    'Messages committed in led groups and not yet archived',
    () => {
      let backlog = 0;
      for (const { state } of groups.ledGroups()) backlog += state.flushBacklog;
      return backlog;
    },
  );
  observe(
    'fleetlm_spilled_bytes',
    'Bytes of messages not yet archived that were moved from memory to the disk',
    () => groups.spilledBytes,
  );
  observe('fleetlm_flush_rows_total', 'Rows written to Postgres', () => flusher.stats.rowsFlushed);
  observe(
    'fleetlm_flush_failures_total',
    'Passes that Postgres refused',
    () => flusher.stats.failures,
  );
  observe(
    'fleetlm_flush_conflicted_sessions',
    'Sessions that Postgres does not take as the log has them',
    () => flusher.stats.conflictedSessions,
  );
  observe('fleetlm_database_up', 'Whether the newest pass succeeded', () =>
    flusher.stats.databaseUp ? 1 : 0,
  );

  observe('fleetlm_dispatch_queued', 'Runs queued for a free call', () => dispatch.stats.queued);
  observe('fleetlm_dispatch_running', 'Calls to agents under way', () => dispatch.stats.running);
  observe(
    'fleetlm_dispatch_failed_attempts_total',
    'Attempts that failed',
    () => dispatch.stats.failedAttempts,
  );
  observe('fleetlm_dispatch_failed_total', 'Answers given up', () => dispatch.stats.failed);
  observe('fleetlm_dispatch_completed_total', 'Answers committed', () => dispatch.stats.completed);
  observe(
    'fleetlm_dispatch_checkpoints_total',
    'Pieces of answers in progress checkpointed in the log',
    () => dispatch.stats.checkpoints,
  );
  observe(
    'fleetlm_dispatch_breakers_open',
    'Agents whose circuit breaker is open',
    () => dispatch.stats.breakersOpen,
  );

  observe(
    'fleetlm_deliveries_unwritten',
    'Attempts to call agents not yet archived',
    () => deliveries.stats.unwritten,
  );
  observe(
    'fleetlm_deliveries_dropped_total',
    'Attempts to call agents dropped before they were archived',
    () => deliveries.stats.dropped,
  );
  observe(
    'fleetlm_deliveries_kept_bytes',
    'Attempts kept in memory',
    () => deliveries.stats.keptBytes,
  );

  const { deliverer } = parts.conversationEvents;
  observe(
    'fleetlm_events_delivered_total',
    'Events that a subscription has taken',
    () => deliverer.stats.delivered,
  );
  observe(
    'fleetlm_events_failed_attempts_total',
    'Attempts to deliver an event that failed',
    () => deliverer.stats.failedAttempts,
  );
  observe(
    'fleetlm_events_dead_letters_total',
    'Events that were given up for a subscription',
    () => deliverer.stats.deadLetters,
  );
  observe(
    'fleetlm_events_waiting',
    'Events read for subscriptions and not delivered yet',
    () => deliverer.stats.waiting,
  );
  observe(
    'fleetlm_events_dropped_total',
    'Failed runs that were forgotten before they were events',
    () => parts.failedRuns.dropped,
  );

  observe(
    'fleetlm_sessions_subscribed',
    'Sessions with a listener here',
    () => feed.stats.sessionsSubscribed,
  );
  observe(
    'fleetlm_topics_followed',
    'Sessions and inboxes whose events other nodes publish to this one',
    () => feed.stats.followed,
  );
  observe(
    'fleetlm_topics_published',
    'Sessions and inboxes whose events this node publishes to others',
    () => feed.stats.followers,
  );
  observe('fleetlm_live_answers', 'Answers in progress kept here', () => feed.stats.liveAnswers);
  observe(
    'fleetlm_live_answer_bytes',
    'Bytes of the answers in progress kept here',
    () => feed.stats.liveAnswerBytes,
  );
  observe('fleetlm_requests_in_flight', 'Operations carried for clients', () => router.inFlight);
  observe(
    'fleetlm_messages_admitted',
    'Messages that may be in flight for clients at once, as things are',
    () => router.admitted,
  );
}
