import * as z from 'zod';
import { nodeIdSchema, timestampSchema } from '../ids.ts';

const count = z.int().min(0);
const percentilesSchema = z
  .strictObject({ p50: z.number().min(0), p95: z.number().min(0) })
  .nullable();

/** What happened in a window of time; null: there was nothing to measure. */
export const agentWindowSchema = z.strictObject({
  delivered: count,
  broken_off: count,
  dead: count,
  failed_attempts: count,
  success_rate: z.number().min(0).max(1).nullable(),
  first_token_ms: percentilesSchema,
  total_ms: percentilesSchema,
});
export type AgentWindow = z.output<typeof agentWindowSchema>;

/** What one node knows of its calls to the agent. Null: the node did not answer, or has made no call. */
export const agentNodeStatsSchema = z.strictObject({
  node_id: nodeIdSchema,
  state: z.enum(['ok', 'unreachable']),
  reported_at: timestampSchema.nullable(),
  since: timestampSchema.nullable(),
  in_flight: count.nullable(),
  queued: count.nullable(),
  retrying: count.nullable(),
  breaker: z.enum(['closed', 'open', 'half-open']).nullable(),
});
export type AgentNodeStats = z.output<typeof agentNodeStatsSchema>;

/** `GET /api/agents/:id/stats`. */
export const agentStatsAnswerSchema = z.strictObject({
  stats: z.strictObject({
    in_flight: count,
    queued: count,
    retrying: count,
    last_15_min: agentWindowSchema,
    last_24_h: agentWindowSchema,
  }),
  is_complete: z.boolean(),
  nodes: z.array(agentNodeStatsSchema),
});
export type AgentStatsAnswer = z.output<typeof agentStatsAnswerSchema>;
