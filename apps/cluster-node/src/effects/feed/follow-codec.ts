import { chunkSchema } from '@fleetlm/protocol';
import { Packr } from 'msgpackr';
import * as z from 'zod';
import type { Immutable } from '../../immutable.ts';
import type { InboxEvent, SessionEvent } from './feed-events.ts';
import { dispatchSchema, messageSchema, sessionSchema } from './feed-schemas.ts';

/** `ended`: nothing more comes, the follower has to begin anew. */
export type FollowEvent = SessionEvent | InboxEvent | { readonly type: 'ended' };

const VERSION = 1;
const count = z.int().min(0);
const packr = new Packr({ useRecords: false });

/** What a node without a replica subscribes to, and from where on. */
export const topicSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('session'),
    sessionId: z.string().min(1),
    /** Null: from now on. */
    afterSeq: count.nullable(),
  }),
  z.strictObject({
    type: z.literal('inbox'),
    userId: z.string().min(1),
    group: count,
    afterVersion: count.nullable(),
  }),
]);
export type Topic = Immutable<z.output<typeof topicSchema>>;

const positionSchema = z.strictObject({ epoch: count, attempt: count, next: count });

/** How far the answer in progress was shown: chunks of this attempt below `next`. */
export type ChunkPosition = Immutable<z.output<typeof positionSchema>>;

/** Where a subscription begins: everything up to here, everything after it comes as events. */
export const followedSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('session'),
    /** Null: there is no such session in memory. */
    lastSeq: count.nullable(),
    /** Those after `afterSeq`, ascending; `isWhole` false: there are more than fit. */
    messages: z.array(messageSchema),
    isWhole: z.boolean(),
    dispatch: dispatchSchema.nullable(),
    lastReadSeq: count.nullable(),
    live: positionSchema.nullable(),
  }),
  z.strictObject({
    type: z.literal('inbox'),
    version: count,
    sessions: z.array(sessionSchema),
    /** False: more changed than fits. */
    isWhole: z.boolean(),
  }),
]);
export type Followed = Immutable<z.output<typeof followedSchema>>;

const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('message'), message: messageSchema }),
  z.strictObject({
    type: z.literal('chunk'),
    epoch: count,
    attempt: count,
    index: count,
    chunk: chunkSchema,
  }),
  z.strictObject({ type: z.literal('status'), dispatch: dispatchSchema }),
  z.strictObject({ type: z.literal('read'), lastReadSeq: count }),
  z.strictObject({ type: z.literal('resync'), reason: z.string() }),
  z.strictObject({ type: z.literal('delta'), version: count, sessions: z.array(sessionSchema) }),
  z.strictObject({ type: z.literal('ended') }),
]);

const eventFrameSchema = z.tuple([z.literal(VERSION), count, count, eventSchema]);
const unfollowSchema = z.tuple([z.literal(VERSION), count]);

/** `position` counts the events of one subscription from 1: a gap means that one was lost. */
export interface EventFrame {
  readonly number: number;
  readonly position: number;
  readonly event: FollowEvent;
}

export function encodeFollowEvent({ number, position, event }: EventFrame): Uint8Array {
  // Typed by the schema that reads it: an event that the schema lacks would be dropped by the follower.
  const frame: Immutable<z.input<typeof eventFrameSchema>> = [VERSION, number, position, event];
  return packr.pack(frame);
}

/** Null: not an event of this version. */
export function decodeFollowEvent(frame: Uint8Array): EventFrame | null {
  const parsed = eventFrameSchema.safeParse(unpack(frame));
  if (!parsed.success) return null;
  const [, number, position, event] = parsed.data;
  return { number, position, event };
}

export function encodeUnfollow(number: number): Uint8Array {
  return packr.pack([VERSION, number]);
}

/** Null: not understood. */
export function decodeUnfollow(frame: Uint8Array): number | null {
  const parsed = unfollowSchema.safeParse(unpack(frame));
  return parsed.success ? parsed.data[1] : null;
}

/** Undefined: no MessagePack at all. */
function unpack(frame: Uint8Array): unknown {
  try {
    return packr.unpack(frame);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
