import {
  LOOP_COMPONENTS,
  type LoopComponent,
  SOCKET_REQUESTS,
  type SocketRequestName,
} from '@fleetlm/protocol';
import { collectDefaultMetrics, Registry } from 'prom-client';
import {
  type ClosedCounter,
  closedCounter,
  type DurationHistogram,
  durationHistogram,
  type LabelValues,
  observedCounter,
  observedGauge,
} from './closed-metrics.ts';
import { HANDLER_SOURCES, type HandlerSource } from './guarded.ts';
import {
  QUOTA_RESOURCES,
  QUOTA_SCOPES,
  type QuotaResource,
  type QuotaScope,
} from './quota-metrics.ts';

/** The labels of metrics are closed sets; each is written once, as values and as a type. */
const HTTP_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'other'] as const;
export type HttpMethod = (typeof HTTP_METHODS)[number];
const STATUS_CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const;
export type StatusClass = (typeof STATUS_CLASSES)[number];
export type SocketEventName = SocketRequestName | 'unknown';
const SOCKET_EVENT_NAMES: readonly SocketEventName[] = [
  ...Object.keys(SOCKET_REQUESTS).filter((name): name is SocketRequestName =>
    Object.hasOwn(SOCKET_REQUESTS, name),
  ),
  'unknown',
];
const REQUEST_OUTCOMES = ['ok', 'refused'] as const;
export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number];
const APPEND_OUTCOMES = ['committed', 'duplicate', 'refused', 'unknown'] as const;
export type AppendOutcome = (typeof APPEND_OUTCOMES)[number];
const ATTEMPT_OUTCOMES = ['answered', 'refused', 'unknown'] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];
const ATTEMPT_WAYS = ['local', 'forwarded'] as const;
export type AttemptWay = (typeof ATTEMPT_WAYS)[number];

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
  readonly blobUploads: ClosedCounter<{ readonly outcome: 'stored' | 'refused' | 'failed' }>;
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
  /** Registers what is read when the metrics are asked for: a counter where the name ends in `_total`, else a gauge. */
  observe(name: ObservedName, help: string, read: () => number | null): void;
  /** Prometheus text. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** The names of what other parts count are a closed set too. */
export type ObservedName =
  | 'fleetlm_ready'
  | 'fleetlm_event_loop_delay_p99_seconds'
  | 'fleetlm_groups_led'
  | 'fleetlm_groups_without_leader'
  | 'fleetlm_peers_connected'
  | 'fleetlm_node_loss_survivable'
  | 'fleetlm_host_loss_survivable'
  | 'fleetlm_zone_loss_survivable'
  | 'fleetlm_mesh_certificate_expiry_timestamp_seconds'
  | 'fleetlm_public_certificate_expiry_timestamp_seconds'
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
    values: LabelValues<L>,
  ): ClosedCounter<L> => closedCounter<L>(registry, { name, help }, values);
  return {
    httpRequests: counter('fleetlm_http_requests_total', 'Answered REST requests', {
      method: HTTP_METHODS,
      status: STATUS_CLASSES,
    }),
    socketEvents: counter('fleetlm_socket_events_total', 'Acknowledged events of sockets', {
      event: SOCKET_EVENT_NAMES,
      outcome: REQUEST_OUTCOMES,
    }),
    appends: counter('fleetlm_appends_total', 'Appends that came in at this node', {
      outcome: APPEND_OUTCOMES,
    }),
    appendSeconds: durationHistogram(registry, {
      name: 'fleetlm_append_seconds',
      help: 'From the edge to the acknowledgement of an append',
    }),
    routerAttempts: counter('fleetlm_router_attempts_total', 'Attempts to reach a leader', {
      way: ATTEMPT_WAYS,
      outcome: ATTEMPT_OUTCOMES,
    }),
    quotaRefusals: counter(
      'fleetlm_quota_refusals_total',
      'Requests, events, sockets and streams refused because a quota was used up',
      { scope: QUOTA_SCOPES, resource: QUOTA_RESOURCES },
    ),
    blobUploads: counter('fleetlm_blob_uploads_total', 'Uploads of files to this node', {
      outcome: ['stored', 'refused', 'failed'],
    }),
    slowSockets: counter('fleetlm_slow_sockets_total', 'Sockets that could not keep up', {
      answer: ['resync', 'disconnect'],
    }),
    entriesRefused: counter(
      'fleetlm_raft_entries_refused_total',
      'Commands refused before they were proposed, and committed entries refused by every replica',
      { stage: ['propose', 'apply'], reason: ['too-large', 'malformed'] },
    ),
    largeSnapshots: counter(
      'fleetlm_raft_large_snapshots_total',
      'Snapshots above the largest size: saved here, refused by a follower, or refused here',
      { stage: ['saved', 'sent', 'received'] },
    ),
    handlerErrors: counter(
      'fleetlm_handler_errors_total',
      'Exceptions that ended one request, connection, frame, call, timer or event',
      { source: HANDLER_SOURCES },
    ),
    eventLoopBlocks: counter(
      'fleetlm_event_loop_blocks_total',
      'Turns of the event loop that took longer than 200 ms, by the component that ran',
      { component: LOOP_COMPONENTS },
    ),
    faults: counter(
      'fleetlm_faults_total',
      'Replicas that failed or stalled, sessions that the archive lost part of, errors that should not happen',
      { kind: ['unexpected', 'replica', 'archive-gap'] },
    ),
    observe: (name, help, read) =>
      (name.endsWith('_total') ? observedCounter : observedGauge)(registry, { name, help }, read),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
