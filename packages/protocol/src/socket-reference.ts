import type * as z from 'zod';
import {
  type AdminServerToClientEvents,
  clusterDeltaSchema,
  clusterEventSchema,
  clusterSnapshotSchema,
} from './admin.ts';
import { messageSchema, sendMessageSchema } from './messages.ts';
import { operationsAnswerSchema } from './operations.ts';
import {
  type ClientToServerEvents,
  doneSchema,
  inboxDeltaSchema,
  inboxJoinedSchema,
  inboxJoinSchema,
  inboxPagedSchema,
  inboxPageSchema,
  messageSentSchema,
  readMarkedSchema,
  resyncSchema,
  type ServerToClientEvents,
  sessionChunkSchema,
  sessionJoinedSchema,
  sessionJoinSchema,
  sessionReadMovedSchema,
  sessionReadSchema,
  sessionRefSchema,
  sessionStatusSchema,
} from './socket-events.ts';

interface SocketRequest {
  readonly summary: string;
  readonly payload: z.ZodType;
  /** When it went well; else `{ok: false, error}`. */
  readonly ack: z.ZodType;
}

interface SocketEvent {
  readonly summary: string;
  readonly payload: z.ZodType;
}

/** What a client may ask: the reference is made from this table, and an event without a line does not compile. */
export const SOCKET_REQUESTS = {
  'session:join': {
    summary:
      'Brings what was missed since `last_seq` (0: from the beginning), then live events. With `has_more`, join again from the last seq that came.',
    payload: sessionJoinSchema,
    ack: sessionJoinedSchema,
  },
  'session:leave': {
    summary: 'No more live events of it.',
    payload: sessionRefSchema,
    ack: doneSchema,
  },
  'session:send': {
    summary:
      'Appends a message. Acknowledged once a quorum has it on disk. Without an answer: the same again, under the same `client_message_id`.',
    payload: sendMessageSchema,
    ack: messageSentSchema,
  },
  'session:read': {
    summary: 'Moves the read cursor. It never goes back.',
    payload: sessionReadSchema,
    ack: readMarkedSchema,
  },
  'session:stop': {
    summary: 'Stops the answer in progress. What was said is kept.',
    payload: sessionRefSchema,
    ack: doneSchema,
  },
  'session:retry': {
    summary: 'Calls the agent again for a message whose answer failed.',
    payload: sessionRefSchema,
    ack: doneSchema,
  },
  'inbox:join': {
    summary:
      "The person's newest 500 conversations, then `inbox:delta` for all of them. With a `next` there are older ones.",
    payload: inboxJoinSchema,
    ack: inboxJoinedSchema,
  },
  'inbox:page': {
    summary: '500 older conversations. What changes of them comes as `inbox:delta` like the rest.',
    payload: inboxPageSchema,
    ack: inboxPagedSchema,
  },
} as const satisfies Readonly<Record<keyof ClientToServerEvents, SocketRequest>>;

/** What a node says on its own. */
export const SOCKET_EVENTS = {
  'session:message': {
    summary: 'A committed message, in the order of seq, each at least once.',
    payload: messageSchema,
  },
  'session:chunk': {
    summary:
      'A piece of the answer in progress. Pieces count from 0 within (epoch, attempt); a higher attempt begins the answer anew, and the committed message ends it.',
    payload: sessionChunkSchema,
  },
  'session:status': { summary: 'What the agent is doing.', payload: sessionStatusSchema },
  'session:read': {
    summary: 'The read cursor was moved on another device.',
    payload: sessionReadMovedSchema,
  },
  'inbox:delta': {
    summary: 'The entries of the inbox that changed, each whole; at most ten times a second.',
    payload: inboxDeltaSchema,
  },
  resync: {
    summary: 'Something may have been missed: join everything again with your `last_seq`.',
    payload: resyncSchema,
  },
} as const satisfies Readonly<Record<keyof ServerToClientEvents, SocketEvent>>;

/** The same for the namespace `/admin`. */
export const ADMIN_SOCKET_EVENTS = {
  'cluster:snapshot': {
    summary: 'The whole cluster, right after connecting.',
    payload: clusterSnapshotSchema,
  },
  'cluster:operations': {
    summary: 'Operations, after connecting and when one of them changes, once a second at most.',
    payload: operationsAnswerSchema,
  },
  'cluster:delta': {
    summary: 'What changed, once a second.',
    payload: clusterDeltaSchema,
  },
  'cluster:event': {
    summary: 'Elections, membership, nodes that come and go, failures; at once.',
    payload: clusterEventSchema,
  },
} as const satisfies Readonly<Record<keyof AdminServerToClientEvents, SocketEvent>>;
