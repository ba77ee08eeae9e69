import * as z from 'zod';
import { timestampSchema, userIdSchema } from './ids.ts';
import { HOLD_REASON_LENGTH_MAX } from './limits.ts';
import { isStorable } from './parse/json-object.ts';

/** What can be done with what is kept of a user. */
export const PRIVACY_KINDS = ['export-user', 'erase-user', 'retention'] as const;
/** What can be done with what is kept of a user. */
export type PrivacyKind = (typeof PRIVACY_KINDS)[number];
const PRIVACY_STATES = ['running', 'done', 'failed'] as const;

/** `POST /api/admin/privacy/operations`. */
export const erasePersonSchema = z.strictObject({
  kind: z.literal('erase-user'),
  user_id: userIdSchema,
});

/** An operation on what is kept of a user. */
export const privacyOperationSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(PRIVACY_KINDS),
  subject: z.string(),
  requested_by: z.string(),
  state: z.enum(PRIVACY_STATES),
  total: z.int().min(0),
  done: z.int().min(0),
  detail: z.string(),
  started_at: timestampSchema,
  ended_at: timestampSchema.nullable(),
});
/** An operation on what is kept of a user. */
export type PrivacyOperation = z.output<typeof privacyOperationSchema>;

export const privacyOperationAnswerSchema = z.strictObject({ operation: privacyOperationSchema });
export const privacyOperationsAnswerSchema = z.strictObject({
  operations: z.array(privacyOperationSchema),
});

/** `PUT /api/admin/legal-holds/:user_id`. */
export const placeHoldSchema = z.strictObject({
  reason: z
    .string()
    .min(1, 'must not be empty')
    .max(HOLD_REASON_LENGTH_MAX, `must have at most ${HOLD_REASON_LENGTH_MAX} characters`)
    .refine(isStorable, 'must not contain U+0000 or half a surrogate pair'),
});

/** Why nothing of a user is erased at present. */
export const legalHoldSchema = z.strictObject({
  user_id: userIdSchema,
  reason: z.string(),
  placed_by: z.string(),
  placed_at: timestampSchema,
  lifted_by: z.string().nullable(),
  lifted_at: timestampSchema.nullable(),
});
/** Why nothing of a user is erased at present. */
export type LegalHoldBody = z.output<typeof legalHoldSchema>;

export const legalHoldsAnswerSchema = z.strictObject({ holds: z.array(legalHoldSchema) });

/** `GET /api/admin/privacy/export`. */
export const exportOtherQuerySchema = z.strictObject({
  user_id: userIdSchema,
  format: z.enum(['json', 'html']).default('json'),
});

/** `GET /api/export`. A token's own user when `user_id` is absent. */
export const exportQuerySchema = z.strictObject({
  user_id: userIdSchema.optional(),
  format: z.enum(['json', 'html']).default('json'),
});
