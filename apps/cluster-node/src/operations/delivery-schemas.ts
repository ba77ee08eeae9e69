import { DELIVERY_STATES, FAILURE_CODES } from '@fleetlm/protocol';
import * as z from 'zod';
import type { RecordedAttempt } from '../effects/deliveries/index.ts';

const count = z.int().min(0);
const exchanged = z
  .strictObject({
    headers: z.record(z.string(), z.string()),
    body: z.string(),
    isTruncated: z.boolean(),
  })
  .nullable();

const histogram = z.array(z.tuple([count, count]));
const windowSchema = z.strictObject({
  delivered: count,
  brokenOff: count,
  failed: count,
  failedAttempts: count,
  firstToken: histogram,
  total: histogram,
});

/** How an agent does, by what one node has seen. */
export const agentNodeStatsSchema = z.strictObject({
  sinceMs: z.number(),
  windows: z.strictObject({ last_15_min: windowSchema, last_24_h: windowSchema }),
  /** By the node's own clock. */
  atMs: z.number(),
  inFlight: count,
  queued: count,
  /** Turns that wait for another attempt. */
  retrying: count,
  breaker: z.enum(['closed', 'open', 'half-open']),
});

export const recordedAttemptSchema = z.strictObject({
  agentId: z.string(),
  sessionId: z.string(),
  userId: z.string(),
  epoch: count,
  attempt: count,
  throughSeq: count.nullable(),
  isReplay: z.boolean(),
  state: z.enum(DELIVERY_STATES),
  status: z.int().nullable(),
  errorCode: z.enum(FAILURE_CODES).nullable(),
  error: z.string().nullable(),
  signature: z.string().nullable(),
  url: z.string().nullable(),
  startedAtMs: z.number(),
  firstByteMs: z.number().nullable(),
  firstTokenMs: z.number().nullable(),
  totalMs: z.number(),
  nextAttemptAtMs: z.number().nullable(),
  nodeId: z.string(),
  request: exchanged,
  response: exchanged,
}) satisfies z.ZodType<RecordedAttempt>;
