import type { LoopComponent, SocketRequestName } from '@fleetlm/protocol';
import { collectDefaultMetrics, Registry } from 'prom-client';
import {
  type ClosedCounter,
  closedCounter,
  type DurationHistogram,
  durationHistogram,
  observedGauge,
} from './closed-metrics.ts';
import type { HandlerSource } from './guarded.ts';
import type { QuotaResource, QuotaScope } from './quota-metrics.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'other';
export type StatusClass = '2xx' | '3xx' | '4xx' | '5xx';
export type SocketEventName = SocketRequestName | 'unknown';
export type RequestOutcome = 'ok' | 'refused';
export type AppendOutcome = 'committed' | 'duplicate' | 'refused' | 'unknown';
export type AttemptOutcome = 'answered' | 'refused' | 'unknown';
export type AttemptWay = 'local' | 'forwarded';

/** Everything that the node counts itself; what others count is read through `observe`. */
export interface Metrics {
  readonly httpRequests: ClosedCounter<{
    readonly method: HttpMethod;
    readonly status: StatusClass;
  }>;
  readonly socketEvents: ClosedCounter<{
    readonly event: SocketEventName;
    readonly outcome: RequestOutcome;
  }>;
  readonly appends: ClosedCounter<{ readonly outcome: AppendOutcome }>;
  readonly appendSeconds: DurationHistogram;
  readonly routerAttempts: ClosedCounter<{
    readonly way: AttemptWay;
    readonly outcome: AttemptOutcome;
  }>;
  readonly quotaRefusals: ClosedCounter<{
    readonly scope: QuotaScope;
    readonly resource: QuotaResource;
  }>;
  readonly slowSockets: ClosedCounter<{ readonly answer: 'resync' | 'disconnect' }>;
  /** Commands that the log does not take: before they are proposed, or as committed entries. */
  readonly entriesRefused: ClosedCounter<{
    readonly stage: 'propose' | 'apply';
    readonly reason: 'too-large' | 'malformed';
  }>;
  readonly largeSnapshots: ClosedCounter<{ readonly stage: 'saved' | 'sent' | 'received' }>;
  readonly handlerErrors: ClosedCounter<{ readonly source: HandlerSource }>;
  readonly eventLoopBlocks: ClosedCounter<{ readonly component: LoopComponent }>;
  readonly faults: ClosedCounter<{ readonly kind: 'unexpected' | 'replica' | 'archive-gap' }>;
  /** Registers a gauge that is read when the metrics are asked for. */
  observe(name: ObservedName, help: string, read: () => number | null): void;
  /** Prometheus text. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** The names of gauges are a closed set too. */
export type ObservedName =
  | 'fleetlm_event_loop_delay_p99_seconds'
  | 'fleetlm_groups_led'
  | 'fleetlm_groups_without_leader'
  | 'fleetlm_peers_connected'
  | 'fleetlm_raft_elections_total'
  | 'fleetlm_raft_entries_applied_total'
  | 'fleetlm_raft_entries_appended_total'
  | 'fleetlm_raft_proposals_pending'
  | 'fleetlm_raft_entries_memory_bytes'
  | 'fleetlm_wal_bytes'
  | 'fleetlm_wal_segments'
  | 'fleetlm_wal_syncs_total'
  | 'fleetlm_wal_appended_bytes_total'
  | 'fleetlm_wal_queued_bytes'
  | 'fleetlm_wal_sync_p99_seconds'
  | 'fleetlm_sessions_hot'
  | 'fleetlm_sessions_hot_bytes'
  | 'fleetlm_sessions_cold'
  | 'fleetlm_sessions_cold_bytes'
  | 'fleetlm_sessions_evicted_total'
  | 'fleetlm_sessions_hydrated_total'
  | 'fleetlm_flush_backlog_messages'
  | 'fleetlm_spilled_bytes'
  | 'fleetlm_flush_rows_total'
  | 'fleetlm_flush_failures_total'
  | 'fleetlm_flush_conflicted_sessions'
  | 'fleetlm_database_up'
  | 'fleetlm_dispatch_queued'
  | 'fleetlm_dispatch_running'
  | 'fleetlm_dispatch_failed_attempts_total'
  | 'fleetlm_dispatch_failed_total'
  | 'fleetlm_dispatch_completed_total'
  | 'fleetlm_dispatch_checkpoints_total'
  | 'fleetlm_dispatch_breakers_open'
  | 'fleetlm_deliveries_unwritten'
  | 'fleetlm_deliveries_dropped_total'
  | 'fleetlm_deliveries_kept_bytes'
  | 'fleetlm_events_delivered_total'
  | 'fleetlm_events_failed_attempts_total'
  | 'fleetlm_events_dead_letters_total'
  | 'fleetlm_events_waiting'
  | 'fleetlm_events_dropped_total'
  | 'fleetlm_sockets_connected'
  | 'fleetlm_sessions_subscribed'
  | 'fleetlm_topics_followed'
  | 'fleetlm_topics_published'
  | 'fleetlm_live_answers'
  | 'fleetlm_live_answer_bytes'
  | 'fleetlm_messages_admitted'
  | 'fleetlm_requests_in_flight';

export function createMetrics(): Metrics {
  const registry = new Registry();
  // Its own look at the event loop wakes an idle process up; ours is in fleetlm_event_loop_delay_p99_seconds.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 1_000 });
  const counter = <L extends Readonly<Record<string, string>>>(
    name: string,
    help: string,
    labels: readonly (keyof L & string)[],
  ): ClosedCounter<L> => closedCounter<L>(registry, { name, help }, labels);
  return {
    httpRequests: counter('fleetlm_http_requests_total', 'Answered REST requests', [
      'method',
      'status',
    ]),
    socketEvents: counter('fleetlm_socket_events_total', 'Acknowledged events of sockets', [
      'event',
      'outcome',
    ]),
    appends: counter('fleetlm_appends_total', 'Appends that came in at this node', ['outcome']),
    appendSeconds: durationHistogram(registry, {
      name: 'fleetlm_append_seconds',
      help: 'From the edge to the acknowledgement of an append',
    }),
    routerAttempts: counter('fleetlm_router_attempts_total', 'Attempts to reach a leader', [
      'way',
      'outcome',
    ]),
    quotaRefusals: counter(
      'fleetlm_quota_refusals_total',
      'Requests, events, sockets and streams refused because a quota was used up',
      ['scope', 'resource'],
    ),
    slowSockets: counter('fleetlm_slow_sockets_total', 'Sockets that could not keep up', [
      'answer',
    ]),
    entriesRefused: counter(
      'fleetlm_raft_entries_refused_total',
      'Commands refused before they were proposed, and committed entries refused by every replica',
      ['stage', 'reason'],
    ),
    largeSnapshots: counter(
      'fleetlm_raft_large_snapshots_total',
      'Snapshots above the largest size: saved here, refused by a follower, or refused here',
      ['stage'],
    ),
    handlerErrors: counter(
      'fleetlm_handler_errors_total',
      'Exceptions that ended one request, connection, frame, call, timer or event',
      ['source'],
    ),
    eventLoopBlocks: counter(
      'fleetlm_event_loop_blocks_total',
      'Turns of the event loop that took longer than 200 ms, by the component that ran',
      ['component'],
    ),
    faults: counter(
      'fleetlm_faults_total',
      'Replicas that failed or stalled, sessions that the archive lost part of, errors that should not happen',
      ['kind'],
    ),
    observe: (name, help, read) => observedGauge(registry, { name, help }, read),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
