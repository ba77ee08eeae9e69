import * as z from 'zod';
import { FAILURE_CODES } from '../agents/deliveries.ts';
import { displayName, timestampSchema } from '../ids.ts';
import {
  EVENT_DESCRIPTION_LENGTH_MAX,
  EVENT_REPLAYS_MAX,
  EVENT_URL_LENGTH_MAX,
} from '../limits.ts';
import { shortArray } from '../parse/bounded-array.ts';
import { pageLimitQuerySchema } from '../sessions/messages.ts';
import { EVENT_TYPES, eventCursorSchema } from './events.ts';

export const EVENT_SUBSCRIPTION_STATUSES = ['enabled', 'disabled'] as const;

export const eventSubscriptionIdSchema = z
  .string()
  .regex(/^sub_[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'must be the id of a subscription');

const urlSchema = z
  .string()
  .max(EVENT_URL_LENGTH_MAX, 'is too long')
  .refine(isHttpUrl, 'must be an http or https URL without credentials and fragment');

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return url.username === '' && url.password === '' && !/[\s#]/.test(text);
}

/** Each type once. */
const typesSchema = shortArray(EVENT_TYPES.length, z.enum(EVENT_TYPES))
  .refine((types) => types.length > 0, 'must not be empty')
  .refine((types) => new Set(types).size === types.length, 'must name each type once');

const settings = {
  url: urlSchema,
  types: typesSchema,
  description: displayName(EVENT_DESCRIPTION_LENGTH_MAX).nullable(),
  status: z.enum(EVENT_SUBSCRIPTION_STATUSES),
};

/** `POST /api/event-subscriptions`. All types unless some are named; from the next event on. */
export const createEventSubscriptionSchema = z.strictObject({
  subscription: z.strictObject({
    url: settings.url,
    types: settings.types.default([...EVENT_TYPES]),
    description: settings.description.default(null),
    status: settings.status.default('enabled'),
  }),
});

/** `PATCH /api/event-subscriptions/:id`: the fields given change, the others stay. */
export const updateEventSubscriptionSchema = z.strictObject({
  subscription: z.strictObject(settings).partial(),
});
export type UpdateEventSubscription = z.output<typeof updateEventSubscriptionSchema>;

/** A subscription, as its owner sees it. */
export const eventSubscriptionSchema = z.strictObject({
  id: eventSubscriptionIdSchema,
  ...settings,
  /** Why FleetLM disabled it; null: it did not. */
  disabled_reason: z.string().nullable(),
  /** In the answer to the creation only. */
  secret: z.string().optional(),
  /** The secret before the present one signs, too, until then; null: there was none. */
  previous_secret_until: timestampSchema.nullable(),
  inserted_at: timestampSchema,
  updated_at: timestampSchema,
});
/** A subscription, as its owner sees it. */
export type EventSubscriptionBody = z.output<typeof eventSubscriptionSchema>;

export const eventSubscriptionAnswerSchema = z.strictObject({
  subscription: eventSubscriptionSchema,
});
export const eventSubscriptionsAnswerSchema = z.strictObject({
  subscriptions: z.array(eventSubscriptionSchema),
});

/** What became of one test event. */
export const eventTestAnswerSchema = z.strictObject({
  is_delivered: z.boolean(),
  /** Of HTTP; null: no answer came. */
  status: z.int().nullable(),
  error_code: z.enum(FAILURE_CODES).nullable(),
  error: z.string().nullable(),
  total_ms: z.number().min(0),
});
export type EventTestAnswer = z.output<typeof eventTestAnswerSchema>;

/** An event that was given up for one subscription. */
export const eventDeadLetterSchema = z.strictObject({
  /** Of the event. */
  id: z.string(),
  type: z.enum(EVENT_TYPES),
  cursor: eventCursorSchema,
  attempts: z.int().min(1),
  status: z.int().nullable(),
  error_code: z.enum(FAILURE_CODES),
  error: z.string(),
  failed_at: timestampSchema,
});
export type EventDeadLetterBody = z.output<typeof eventDeadLetterSchema>;

/** `GET /api/event-subscriptions/:id/dead-letters`. */
export const eventDeadLettersQuerySchema = z.strictObject({
  after: eventCursorSchema.optional(),
  limit: pageLimitQuerySchema,
});

export const eventDeadLettersAnswerSchema = z.strictObject({
  /** Ascending by cursor. */
  dead_letters: z.array(eventDeadLetterSchema),
  has_more: z.boolean(),
});

/** `POST /api/event-subscriptions/:id/dead-letters/replay`: these, or the oldest. */
export const eventReplaySchema = z.strictObject({
  cursors: shortArray(EVENT_REPLAYS_MAX, eventCursorSchema)
    .refine((cursors) => cursors.length > 0, 'must not be empty')
    .optional(),
});

export const eventReplayAnswerSchema = z.strictObject({
  delivered: z.int().min(0),
  /** They stay dead letters. */
  failed: z.int().min(0),
  /** Dead letters of the subscription that are left. */
  remaining: z.int().min(0),
});
