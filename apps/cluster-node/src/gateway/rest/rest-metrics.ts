import type { MetricsAnswer, NodeMetricsAnswer } from '@fleetlm/protocol';
import { byMetric } from '@fleetlm/protocol';
import type { ClusterMetrics, Runtime } from '../../runtime/runtime-api.ts';
import { clusterEvent } from '../cluster-wire.ts';
import { isoTime } from '../wire.ts';
import type { Handlers } from './rest-call.ts';

/** How the nodes have been, and what happened. */
export function metricsHandlers({ admin }: Pick<Runtime, 'admin'>) {
  return {
    getMetrics: async ({ query }) => metricsAnswer(await admin.metrics(query.range, query.after)),

    listEvents: () => ({
      reported_by: admin.cluster().reported_by,
      events: admin.recentEvents().map(clusterEvent),
    }),
  } satisfies Partial<Handlers>;
}

function metricsAnswer({ reportedBy, atMs, nodes }: ClusterMetrics): MetricsAnswer {
  return {
    reported_by: reportedBy,
    reported_at: isoTime(atMs),
    nodes: nodes.map(({ nodeId, metrics }) => ({
      node_id: nodeId,
      figures: metrics === null ? null : figures(metrics),
    })),
  };
}

function figures(
  metrics: NonNullable<ClusterMetrics['nodes'][number]['metrics']>,
): NonNullable<NodeMetricsAnswer['figures']> {
  const { atMs, stepMs, timesMs, series, flush, dispatch } = metrics;
  return {
    reported_at: isoTime(atMs),
    step_ms: stepMs,
    times: [...timesMs],
    series: byMetric((metric) => [...series[metric]]),
    flush: {
      database_up: flush.databaseUp,
      backlog: flush.backlog,
      rows_flushed: flush.rowsFlushed,
      passes: flush.passes,
      failures: flush.failures,
      last_success_at: flush.lastSuccessAtMs === null ? null : isoTime(flush.lastSuccessAtMs),
      last_error: flush.lastError,
      conflicted_sessions: flush.conflictedSessions,
    },
    dispatch: {
      queued: dispatch.queued,
      running: dispatch.running,
      completed: dispatch.completed,
      failed_attempts: dispatch.failedAttempts,
      failed: dispatch.failed,
      breakers_open: dispatch.breakersOpen,
      agents: dispatch.agents.map(({ agentId, running, queued, breaker, failuresInRow }) => ({
        agent_id: agentId,
        running,
        queued,
        breaker,
        failures_in_row: failuresInRow,
      })),
    },
  };
}
