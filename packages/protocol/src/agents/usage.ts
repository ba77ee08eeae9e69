import * as z from 'zod';
import { userIdSchema } from '../ids.ts';
import { USAGE_COST_MICROS_MAX, USAGE_DAYS_MAX, USAGE_TOKENS_MAX } from '../limits.ts';

const tokens = z.int().min(0).max(USAGE_TOKENS_MAX);
const currencySchema = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code');

/** `token_usage` in the metadata of a reply: what it cost, as its agent reported it. Cost and currency come together. */
export const tokenUsageSchema = z.strictObject({
  input_tokens: tokens,
  output_tokens: tokens,
  total_tokens: tokens,
  cached_input_tokens: tokens.optional(),
  /** Millionths of a unit of the currency. */
  cost_micros: z.int().min(0).max(USAGE_COST_MICROS_MAX).optional(),
  currency: currencySchema.optional(),
});
export type TokenUsage = z.output<typeof tokenUsageSchema>;

const DAY_MS = 86_400_000;

/** A day of UTC, as `2026-11-30`. */
export const daySchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'must be a day: YYYY-MM-DD')
  .refine((day) => {
    const at = Date.parse(`${day}T00:00:00Z`);
    return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
  }, 'must be a day of the calendar');

/** What the rows of an answer are about. */
const USAGE_BY = ['day', 'user'] as const;

/** A schema of a range of days: not the wrong way round, and not too long. */
export function withinDays<
  S extends z.ZodType<{ readonly from?: string | undefined; readonly to?: string | undefined }>,
>(schema: S): S {
  return schema.check((context) => {
    const { from, to } = context.value;
    if (from === undefined || to === undefined) return;
    const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
    if (days >= 1 && days <= USAGE_DAYS_MAX) return;
    context.issues.push({
      code: 'custom',
      message:
        days < 1 ? 'must not be before from' : `must be at most ${USAGE_DAYS_MAX} days from from`,
      path: ['to'],
      input: context.value,
    });
  });
}

/** `GET /api/agents/:id/usage`. Days are those of UTC, the last one included. */
export const usageQuerySchema = withinDays(
  z.strictObject({
    from: daySchema.optional(),
    to: daySchema.optional(),
    by: z.enum(USAGE_BY).default('day'),
    user_id: userIdSchema.optional(),
  }),
);
export type UsageQuery = z.output<typeof usageQuerySchema>;

const sum = z.int().min(0);

const usageSumsSchema = z.strictObject({
  /** Those whose agent reported its usage. */
  replies: sum,
  input_tokens: sum,
  output_tokens: sum,
  total_tokens: sum,
  cached_input_tokens: sum,
  costs: z.array(z.strictObject({ currency: currencySchema, cost_micros: sum })),
});

/** Tokens and costs of one day, user or agent. */
export const usageRowSchema = usageSumsSchema.extend({
  /** Of rows by day; else null. */
  day: daySchema.nullable(),
  /** Of rows by user; null, too: users whose data was erased. */
  user_id: z.string().nullable(),
});
/** Tokens and costs of one day, user or agent. */
export type UsageRow = z.output<typeof usageRowSchema>;

const budgetStateSchema = z.strictObject({
  /** The day of UTC that it is about. */
  day: daySchema,
  currency: currencySchema,
  daily_token_budget: z.int().nullable(),
  daily_cost_budget: z.number().nullable(),
  /** Of replies that are in Postgres. */
  total_tokens: sum,
  cost_micros: sum,
  is_exhausted: z.boolean(),
});

/** The answer of the routes about usage. */
export const usageAnswerSchema = z.strictObject({
  from: daySchema,
  to: daySchema,
  totals: usageSumsSchema,
  rows: z.array(usageRowSchema),
  /** There are more users than the answer names. */
  has_more: z.boolean(),
  budget: budgetStateSchema,
});
/** Tokens and costs over a time, in rows. */
export type UsageAnswer = z.output<typeof usageAnswerSchema>;
