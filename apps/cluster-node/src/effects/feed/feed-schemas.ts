import type { DispatchState, Message, Sender, SessionHead } from '@fleetlm/conversation';
import * as z from 'zod';

/** What nodes send each other of conversations, parsed as strictly as what users send. */

/** Of any buffer: what is inferred names ArrayBuffer alone. */
export const bytes: z.ZodType<Uint8Array> = z.instanceof(Uint8Array);
const count = z.int().min(0);
const id = z.string().min(1);

export const senderSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('user'), id }),
  z.strictObject({ type: z.literal('agent'), id }),
]) satisfies z.ZodType<Sender>;

export const dispatchSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('idle'), epoch: count }),
  z.strictObject({
    status: z.literal('waiting'),
    epoch: count,
    attempt: count,
    dueAtMs: z.number(),
    dueByMs: z.number(),
    error: z.string().nullable(),
  }),
  z.strictObject({
    status: z.literal('running'),
    epoch: count,
    attempt: count,
    startedAtMs: z.number(),
    throughSeq: count,
  }),
  z.strictObject({ status: z.literal('failed'), epoch: count, attempt: count, error: z.string() }),
]) satisfies z.ZodType<DispatchState>;

/** One schema a field: a missing one and a superfluous one do not compile. */
const headShape = {
  id,
  userId: id,
  agentId: id,
  metadata: bytes,
  status: z.enum(['active', 'archived', 'erased']),
  lastSeq: count,
  lastReadSeq: count,
  insertedAtMs: z.number(),
  updatedAtMs: z.number(),
  activity: count,
  inboxVersion: count,
  unreadCount: count,
  awaitsUser: z.boolean(),
  lastUserSeq: count,
  dispatch: dispatchSchema,
  debounceMs: z.number(),
  lastMessage: z
    .strictObject({
      sender: senderSchema,
      kind: z.string(),
      preview: z.string(),
      insertedAtMs: z.number(),
    })
    .nullable(),
  flushedSeq: count,
  version: count,
  flushedVersion: count,
} satisfies { readonly [F in keyof SessionHead]: z.ZodType<SessionHead[F]> };
export const sessionSchema = z.strictObject(headShape);

export const messageSchema = z.strictObject({
  id,
  sessionId: id,
  seq: count,
  sender: senderSchema,
  kind: z.string(),
  payload: bytes,
  insertedAtMs: z.number(),
}) satisfies z.ZodType<Message>;
