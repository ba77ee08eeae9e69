import * as z from 'zod';
import {
  agentIdSchema,
  nodeIdSchema,
  seqSchema,
  sessionIdSchema,
  timestampSchema,
} from '../ids.ts';
import { pageLimitQuerySchema } from '../sessions/messages.ts';

/**
 * What became of a piece of an agent's work: an answer was kept (`broken_off`: as far as it came), another attempt
 * follows, none does, or it was ended from this side (stopped, interrupted, archived).
 */
export const DELIVERY_STATES = ['delivered', 'broken_off', 'pending', 'failed', 'stopped'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** How one attempt ended; see DELIVERY_STATES. */
export const ATTEMPT_STATES = ['delivered', 'broken_off', 'failed', 'stopped'] as const;
export type AttemptState = (typeof ATTEMPT_STATES)[number];

/** Why an attempt brought no answer, or broke one off. A closed set. */
export const FAILURE_CODES = [
  'http_status',
  'connect_timeout',
  'first_byte_timeout',
  'idle_timeout',
  'total_timeout',
  'dns',
  'connection_refused',
  'connection_reset',
  'connection_failed',
  'tls',
  'private_address',
  'agent_unknown',
  'agent_disabled',
  'secret_unreadable',
  'history_unavailable',
  'breaker_open',
  'error_chunk',
  'empty_answer',
  'invalid_answer',
  'attempts_exhausted',
  'internal',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

/** `<session_id>:<epoch>`: the `webhook-id` of its calls. */
export const deliveryIdSchema = z
  .string()
  .regex(
    /^[0-9a-f]{2}-[0-7][0-9A-HJKMNP-TV-Z]{25}:[1-9]\d{0,9}$/,
    'must be a webhook-id: a session id, a colon, an epoch',
  );

const count = z.int().min(0);
const milliseconds = z.number().min(0);

/** One call to the agent. Durations are in milliseconds from its start; null: it did not come that far. */
export const deliveryAttemptSchema = z.strictObject({
  attempt: z.int().min(1),
  state: z.enum(ATTEMPT_STATES),
  /** Of HTTP; null: no answer came. */
  status: z.int().nullable(),
  error_code: z.enum(FAILURE_CODES).nullable(),
  error: z.string().nullable(),
  url: z.string().nullable(),
  started_at: timestampSchema,
  first_byte_ms: milliseconds.nullable(),
  first_token_ms: milliseconds.nullable(),
  total_ms: milliseconds,
  next_attempt_at: timestampSchema.nullable(),
  node_id: nodeIdSchema,
});
export type DeliveryAttemptBody = z.output<typeof deliveryAttemptSchema>;

const deliveryFields = {
  id: deliveryIdSchema,
  agent_id: agentIdSchema,
  session_id: sessionIdSchema,
  user_id: z.string(),
  epoch: z.int().min(1),
  through_seq: seqSchema.nullable(),
  state: z.enum(DELIVERY_STATES),
  is_replay: z.boolean(),
  started_at: timestampSchema,
  next_attempt_at: timestampSchema.nullable(),
};

/** One turn of an agent with the attempts to have it answered, in their order. */
export const deliverySchema = z.strictObject({
  ...deliveryFields,
  attempts: z.array(deliveryAttemptSchema),
});
export type DeliveryBody = z.output<typeof deliverySchema>;

/** One side of a call, without secrets. */
export const exchangedMessageSchema = z.strictObject({
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  is_truncated: z.boolean(),
});
export type ExchangedMessage = z.output<typeof exchangedMessageSchema>;

/** An attempt with what went over the wire. */
export const deliveryExchangeSchema = z.strictObject({
  ...deliveryAttemptSchema.shape,
  request: exchangedMessageSchema.nullable(),
  response: exchangedMessageSchema.nullable(),
});
export type DeliveryExchange = z.output<typeof deliveryExchangeSchema>;

/** Where an answer about deliveries comes from, and what may be missing in it. */
export const deliverySourcesSchema = z.strictObject({
  archive: z.enum(['ok', 'unavailable']),
  nodes: z.array(
    z.strictObject({
      node_id: nodeIdSchema,
      state: z.enum(['ok', 'unreachable']),
      /** Attempts that are not in the archive yet; null: the node was not reached. */
      unwritten: count.nullable(),
      /** Attempts that were dropped before they were in the archive, since the node started. */
      dropped: count.nullable(),
    }),
  ),
});
export type DeliverySources = z.output<typeof deliverySourcesSchema>;

/** `GET /api/agents/:id/deliveries`. */
export const deliveriesAnswerSchema = z.strictObject({
  deliveries: z.array(deliverySchema),
  next: z.string().nullable(),
  sources: deliverySourcesSchema,
});
export type DeliveriesAnswer = z.output<typeof deliveriesAnswerSchema>;

/** `GET /api/agents/:id/deliveries/:delivery_id`. */
export const deliveryAnswerSchema = z.strictObject({
  delivery: z.strictObject({ ...deliveryFields, attempts: z.array(deliveryExchangeSchema) }),
  sources: deliverySourcesSchema,
});
export type DeliveryAnswer = z.output<typeof deliveryAnswerSchema>;

/** A place in the list: milliseconds, and the delivery that stands there. Opaque to clients. */
export const deliveryCursorSchema = z
  .string()
  .regex(/^\d{1,15}~[0-9a-f]{2}-[0-9A-Z]{26}:[1-9]\d{0,9}$/, 'must be the `next` of a page');

/** `GET /api/agents/:id/deliveries`. `before` is the `next` of the page before. */
export const deliveriesQuerySchema = z.strictObject({
  state: z.enum(DELIVERY_STATES).optional(),
  cursor: deliveryCursorSchema.optional(),
  limit: pageLimitQuerySchema,
});
export type DeliveriesQuery = z.output<typeof deliveriesQuerySchema>;
