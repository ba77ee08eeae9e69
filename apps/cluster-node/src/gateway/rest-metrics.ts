import {
  type EventsAnswer,
  type MetricsAnswer,
  metricsQuerySchema,
  type NodeMetricsAnswer,
  parse,
} from '@fleetlm/protocol';
import type { FastifyInstance } from 'fastify';
import type { ClusterMetrics, Runtime } from '../runtime/runtime-api.ts';
import { byMetric } from '../telemetry/metric-ring.ts';
import { requireOperator } from './access.ts';
import { clusterEvent } from './cluster-wire.ts';
import { parsedOf } from './request-error.ts';
import { identityOf } from './rest-app.ts';
import { isoTime } from './wire.ts';

/** How the nodes have been, and what happened. */
export function addMetricsRoutes(app: FastifyInstance, { admin }: Runtime): void {
  app.get('/api/admin/metrics', async (request) => {
    requireOperator(identityOf(request));
    const { range, after } = parsedOf(parse(metricsQuerySchema, request.query));
    return metricsAnswer(await admin.metrics(range, after));
  });

  app.get('/api/admin/events', async (request) => {
    requireOperator(identityOf(request));
    const answer: EventsAnswer = {
      reported_by: admin.cluster().reportedBy,
      events: admin.recentEvents().map(clusterEvent),
    };
    return answer;
  });
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
