import { byMetric } from '@fleetlm/protocol';
import * as z from 'zod';
import type { Immutable } from '../immutable.ts';

const count = z.int().min(0);
const value = z.number().nullable();
const column = z.array(value);

/** What one node has kept of itself, as it travels to the node that was asked. */
export const nodeMetricsSchema = z.strictObject({
  /** By the node's own clock. */
  atMs: z.number(),
  stepMs: z.number(),
  timesMs: z.array(z.number()),
  series: z.strictObject(byMetric(() => column)),
  flush: z.strictObject({
    databaseUp: z.boolean(),
    backlog: count,
    rowsFlushed: count,
    passes: count,
    failures: count,
    /** Null: never. */
    lastSuccessAtMs: value,
    lastError: z.string().nullable(),
    conflictedSessions: count,
  }),
  dispatch: z.strictObject({
    queued: count,
    running: count,
    completed: count,
    failedAttempts: count,
    failed: count,
    breakersOpen: count,
    agents: z.array(
      z.strictObject({
        agentId: z.string(),
        running: count,
        queued: count,
        breaker: z.enum(['closed', 'open', 'half-open']),
        failuresInRow: count,
      }),
    ),
  }),
});
export type NodeMetrics = Immutable<z.output<typeof nodeMetricsSchema>>;
