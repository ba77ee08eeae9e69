import * as z from 'zod';
import { ERROR_CODES, type ErrorCode, isErrorCode } from '../errors/error-codes.ts';
import { timestampSchema } from '../ids.ts';
import { shortArray } from '../parse/bounded-array.ts';
import { pageLimitQuerySchema } from '../sessions/messages.ts';
import {
  deliveryCursorSchema,
  deliveryIdSchema,
  deliverySchema,
  deliverySourcesSchema,
  FAILURE_CODES,
} from './deliveries.ts';

/** Failures of one kind have the same. */
export const deadLetterGroupIdSchema = z
  .string()
  .regex(/^[0-9a-f]{12}$/, 'must be the id of a group of dead letters');

/** Turns that failed for one reason and that nothing has followed. */
export const deadLetterGroupSchema = z.strictObject({
  id: deadLetterGroupIdSchema,
  error_code: z.enum(FAILURE_CODES),
  status: z.int().nullable(),
  /** Of the newest one. */
  error: z.string(),
  count: z.int().min(1),
  first_at: timestampSchema,
  last_at: timestampSchema,
  /** The newest one. */
  example: deliveryIdSchema,
});
export type DeadLetterGroupBody = z.output<typeof deadLetterGroupSchema>;

/** `GET /api/agents/:id/dead-letters`. */
export const deadLettersQuerySchema = z
  .strictObject({
    group: deadLetterGroupIdSchema.optional(),
    cursor: deliveryCursorSchema.optional(),
    limit: pageLimitQuerySchema,
  })
  .refine(({ group, cursor }) => cursor === undefined || group !== undefined, {
    error: 'goes with `group` only',
    path: ['cursor'],
  });

/** The answer of `GET /api/agents/:id/dead-letters`. `next` null: this is the last page. */
export const deadLettersAnswerSchema = z.strictObject({
  /** Newest first; with `group`, that one. */
  groups: z.array(deadLetterGroupSchema),
  /** With `group`: its turns, newest first. */
  deliveries: z.array(deliverySchema),
  next: z.string().nullable(),
  sources: deliverySourcesSchema,
});
export type DeadLettersAnswer = z.output<typeof deadLettersAnswerSchema>;

/** Turns that are taken up with one request. */
export const REPLAYS_MAX = 100;

/** `POST /api/agents/:id/dead-letters/replay`: these, or the newest of a group. */
export const replaySchema = z
  .strictObject({
    ids: shortArray(REPLAYS_MAX, deliveryIdSchema)
      .refine((ids) => ids.length > 0, 'must not be empty')
      .optional(),
    group: deadLetterGroupIdSchema.optional(),
  })
  .refine(({ ids, group }) => (ids === undefined) !== (group === undefined), {
    error: 'must be given, or `group`, and not both',
    path: ['ids'],
  });
export type Replay = z.output<typeof replaySchema>;

const errorCodeSchema = z
  .string()
  .refine(isErrorCode, `must be one of ${Object.keys(ERROR_CODES).join(', ')}`)
  .transform((code): ErrorCode => code);

/** The 202 of a replay: what was started again, and what was not, with the reason of each. */
export const replayAnswerSchema = z.strictObject({
  /** How many were taken up. */
  accepted: z.int().min(0),
  /** The new turns. */
  replays: z.array(z.strictObject({ id: deliveryIdSchema, delivery_id: deliveryIdSchema })),
  refused: z.array(
    z.strictObject({ id: deliveryIdSchema, code: errorCodeSchema, detail: z.string() }),
  ),
  /** Of the group, beyond those; null: not known, or no group was given. */
  remaining: z.int().min(0).nullable(),
});
export type ReplayAnswer = z.output<typeof replayAnswerSchema>;
