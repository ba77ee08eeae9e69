import * as z from 'zod';
import { sessionIdSchema, timestampSchema } from '../ids.ts';
import { EVENT_CURSOR_LENGTH_MAX } from '../limits.ts';
import { messageSchema, pageLimitQuerySchema } from '../sessions/messages.ts';
import { TERMINATIONS } from '../webhook.ts';

/** What the backend of a product learns. A closed set: readers pass over types that a newer FleetLM adds. */
export const EVENT_TYPES = [
  'session.created',
  'message.created',
  'run.finished',
  'run.failed',
  'session.archived',
  'session.erased',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** A place in the list of all events. */
export const eventCursorSchema = z
  .string()
  .max(EVENT_CURSOR_LENGTH_MAX, 'is too long')
  .regex(/^\d+$/, 'must be the `next` of a page, or the `cursor` of an event');

/** What an event is about; beside the conversation only the fields of its type. */
const eventDataSchema = z.strictObject({
  session_id: sessionIdSchema,
  user_id: z.string(),
  agent_id: z.string(),
  /** `message.created`. */
  message: messageSchema.optional(),
  /** `run.finished`, `run.failed`. */
  epoch: z.int().min(1).optional(),
  /** `run.finished`: the message that holds the reply. */
  seq: z.int().min(1).optional(),
  /** `run.finished`. */
  termination: z.enum(TERMINATIONS).optional(),
  /** `run.failed`. */
  error: z.string().optional(),
});

/** The body of an event webhook, and an entry of the feed. */
export const eventSchema = z.strictObject({
  /** The same on every delivery: the key to recognise a repeated one by. */
  id: z.string(),
  type: z.enum(EVENT_TYPES),
  timestamp: timestampSchema,
  cursor: eventCursorSchema,
  data: eventDataSchema,
});
export type EventBody = z.output<typeof eventSchema>;

const isEventType = (text: string): text is EventType => EVENT_TYPES.some((type) => type === text);

/** Types in a query string, apart by commas. */
const typesQuerySchema = z
  .string()
  .max(EVENT_TYPES.join(',').length, 'names a type twice')
  .transform((text, context): readonly EventType[] => {
    const types = text.split(',');
    if (types.every(isEventType)) return types;
    context.addIssue(`must consist of ${EVENT_TYPES.join(', ')}, apart by commas`);
    return z.NEVER;
  });

/** `GET /api/events`. */
export const eventFeedQuerySchema = z.strictObject({
  after: eventCursorSchema.optional(),
  types: typesQuerySchema.optional(),
  limit: pageLimitQuerySchema,
});

export const eventFeedSchema = z.strictObject({
  /** Ascending by cursor. */
  events: z.array(eventSchema),
  /** The `after` of the next page, also when nothing has come since. */
  next: eventCursorSchema,
  has_more: z.boolean(),
});
/** A page of events, and the cursor of the next one. */
export type EventFeedBody = z.output<typeof eventFeedSchema>;
