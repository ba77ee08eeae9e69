import * as z from 'zod';
import { clusterEventSchema } from './admin.ts';
import { nodeIdSchema, timestampSchema } from './ids.ts';
import { byMetric } from './metric-names.ts';

const count = z.int().min(0);
/** Null: not known in this step, which is never the same as zero. */
const column = z.array(z.number().nullable());

/** By the step: 15 minutes of seconds, or 24 hours of minutes. */
export const metricsQuerySchema = z.strictObject({
  range: z.enum(['15m', '24h']).default('15m'),
  after: z.coerce.number().min(0).default(0),
});
export type MetricsQuery = z.output<typeof metricsQuerySchema>;

const flushFiguresSchema = z.strictObject({
  database_up: z.boolean(),
  backlog: count,
  rows_flushed: count,
  passes: count,
  failures: count,
  last_success_at: timestampSchema.nullable(),
  last_error: z.string().nullable(),
  conflicted_sessions: count,
});

const dispatchFiguresSchema = z.strictObject({
  queued: count,
  running: count,
  completed: count,
  failed_attempts: count,
  failed: count,
  breakers_open: count,
  agents: z.array(
    z.strictObject({
      agent_id: z.string(),
      running: count,
      queued: count,
      breaker: z.enum(['closed', 'open', 'half-open']),
      failures_in_row: count,
    }),
  ),
});

/** What one node keeps of itself: series by metric, a value for each of `times` (Unix milliseconds by its own clock). */
export const nodeMetricsAnswerSchema = z.strictObject({
  node_id: nodeIdSchema,
  /** Null with everything that follows: the node did not answer. */
  figures: z
    .strictObject({
      reported_at: timestampSchema,
      step_ms: count,
      times: z.array(z.number()),
      series: z.strictObject(byMetric(() => column)),
      flush: flushFiguresSchema,
      dispatch: dispatchFiguresSchema,
    })
    .nullable(),
});
export type NodeMetricsAnswer = z.output<typeof nodeMetricsAnswerSchema>;

/** `GET /api/admin/metrics`. */
export const metricsAnswerSchema = z.strictObject({
  reported_by: nodeIdSchema,
  reported_at: timestampSchema,
  nodes: z.array(nodeMetricsAnswerSchema),
});
export type MetricsAnswer = z.output<typeof metricsAnswerSchema>;

/** `GET /api/admin/events`. */
export const eventsAnswerSchema = z.strictObject({
  reported_by: nodeIdSchema,
  events: z.array(clusterEventSchema),
});
export type EventsAnswer = z.output<typeof eventsAnswerSchema>;
