import * as z from 'zod';
import { seqSchema } from '../ids.ts';
import { ERROR_CODES, type ErrorCode } from './error-codes.ts';

const codes = Object.keys(ERROR_CODES).filter((code): code is ErrorCode =>
  Object.hasOwn(ERROR_CODES, code),
);

/** A wrong field, as `FieldError`. */
export const fieldErrorSchema = z.strictObject({ path: z.string(), message: z.string() });

/** RFC 9457. */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
  code: z.enum(codes),
  detail: z.string(),
  retryable: z.boolean(),
  errors: z.array(fieldErrorSchema),
  last_seq: seqSchema.optional(),
});

/** The ack of an event that failed. */
export const ackErrorSchema = z.strictObject({
  ok: z.literal(false),
  error: z.strictObject({
    code: z.enum(codes),
    message: z.string(),
    retryable: z.boolean(),
    errors: z.array(fieldErrorSchema).optional(),
    last_seq: seqSchema.optional(),
  }),
});
