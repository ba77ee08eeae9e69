import type * as z from 'zod';
import { clusterDeltaSchema, clusterEventSchema, clusterSnapshotSchema } from '../admin.ts';
import { ERROR_CODES, type ErrorCode, isErrorCode } from '../errors/error-codes.ts';
import { operationsAnswerSchema } from '../operations.ts';
import { messageSchema, sendMessageSchema } from '../sessions/messages.ts';
import {
  type Ack,
  doneSchema,
  inboxDeltaSchema,
  inboxJoinedSchema,
  inboxJoinSchema,
  inboxPagedSchema,
  inboxPageSchema,
  messageSentSchema,
  pingSchema,
  readMarkedSchema,
  resyncSchema,
  sessionChunkSchema,
  sessionJoinedSchema,
  sessionJoinSchema,
  sessionReadMovedSchema,
  sessionReadSchema,
  sessionRefSchema,
  sessionStatusSchema,
} from '../sessions/socket-events.ts';
import { SESSION_COMMAND, UNAVAILABLE } from './route.ts';

/** One event of a client: it parses, authorizes and types the handler, types the client, and is documented. */
export interface SocketRequest {
  readonly summary: string;
  readonly payload: z.ZodType;
  /** When it went well; else `{ok: false, error}`. */
  readonly ack: z.ZodType;
  /** `session`: the session that `session_id` names must be the caller's; it is read first. */
  readonly owner?: 'session';
  /** Why the API key is refused; left out: it is not. */
  readonly usersOnly?: string;
  /** Errors of the handler, in addition to those of the parts above. */
  readonly errors: readonly ErrorCode[];
}

interface SocketEvent {
  readonly summary: string;
  readonly payload: z.ZodType;
}

/** What a client may ask, by the name of the event. */
export const SOCKET_REQUESTS = {
  'session:join': {
    summary:
      'Brings what was missed since `last_seq` (0: from the beginning), then live events. With `has_more`, join again from the last seq that came.',
    payload: sessionJoinSchema,
    ack: sessionJoinedSchema,
    errors: ['archive_unavailable', 'not_found', ...UNAVAILABLE],
  },
  'session:leave': {
    summary: 'No more live events of it.',
    payload: sessionRefSchema,
    ack: doneSchema,
    errors: [],
  },
  'session:send': {
    summary:
      'Appends a message. Acknowledged once a quorum has it on disk. Without an answer: the same again, under the same `client_message_id`.',
    payload: sendMessageSchema,
    ack: messageSentSchema,
    usersOnly: 'the API key sends over REST, where it names the user',
    errors: ['payload_too_large', 'conflict', 'budget_exhausted', ...SESSION_COMMAND],
  },
  'session:read': {
    summary: 'Moves the read cursor. It never goes back.',
    payload: sessionReadSchema,
    ack: readMarkedSchema,
    errors: ['payload_too_large', ...SESSION_COMMAND],
  },
  'session:stop': {
    summary: 'Stops the answer in progress. What was streamed is kept.',
    payload: sessionRefSchema,
    ack: doneSchema,
    owner: 'session',
    errors: [],
  },
  'session:retry': {
    summary: 'Calls the agent again for a message whose answer failed.',
    payload: sessionRefSchema,
    ack: doneSchema,
    owner: 'session',
    errors: ['payload_too_large', 'conflict', 'budget_exhausted', 'archive_unavailable'],
  },
  'inbox:join': {
    summary:
      "The user's newest 500 conversations, then `inbox:delta` for all of them. With a `next` there are older ones.",
    payload: inboxJoinSchema,
    ack: inboxJoinedSchema,
    usersOnly: 'the API key has no inbox of its own',
    errors: UNAVAILABLE,
  },
  'inbox:page': {
    summary: '500 older conversations. What changes of them comes as `inbox:delta` like the rest.',
    payload: inboxPageSchema,
    ack: inboxPagedSchema,
    usersOnly: 'the API key has no inbox of its own',
    errors: UNAVAILABLE,
  },
  ping: {
    summary: 'Whether the node still answers.',
    payload: pingSchema,
    ack: doneSchema,
    errors: [],
  },
} as const satisfies Readonly<Record<string, SocketRequest>>;

/** The table of requests as a type. */
export type SocketRequests = typeof SOCKET_REQUESTS;
/** The name of an event of a client, and of its handler. */
export type SocketRequestName = keyof SocketRequests;

/** Of every event. */
const EVENT_ERRORS = ['invalid_request', 'rate_limited', 'internal'] as const;
const OWNER_ERRORS = ['not_found', ...UNAVAILABLE] as const;

/** Every error that an event may be acknowledged with, in the order of the table of codes. */
export function socketErrorsOf({ owner, usersOnly, errors }: SocketRequest): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>([
    ...errors,
    ...EVENT_ERRORS,
    ...(owner === undefined ? [] : OWNER_ERRORS),
    ...(usersOnly === undefined ? [] : (['forbidden'] as const)),
  ]);
  return Object.keys(ERROR_CODES).filter(
    (code): code is ErrorCode => isErrorCode(code) && codes.has(code),
  );
}

/** The same at compile time. */
export type SocketErrorOf<N extends SocketRequestName> =
  | SocketRequests[N]['errors'][number]
  | (typeof EVENT_ERRORS)[number]
  | (SocketRequests[N] extends { readonly owner: 'session' }
      ? (typeof OWNER_ERRORS)[number]
      : never)
  | (SocketRequests[N] extends { readonly usersOnly: string } ? 'forbidden' : never);

/** Type maps for socket.io: `Server<ClientToServerEvents, ServerToClientEvents>`. */
export type ClientToServerEvents = {
  readonly [N in SocketRequestName]: (
    payload: z.input<SocketRequests[N]['payload']>,
    ack: (answer: Ack<z.output<SocketRequests[N]['ack']>>) => void,
  ) => void;
};

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
} as const satisfies Readonly<Record<string, SocketEvent>>;

/** The type map of what a node sends, for socket.io. */
export type ServerToClientEvents = EventsOf<typeof SOCKET_EVENTS>;
/** An event of the node with its payload, as `emit` takes them. */
export type SocketPacket = {
  [N in keyof ServerToClientEvents]: [name: N, payload: Parameters<ServerToClientEvents[N]>[0]];
}[keyof ServerToClientEvents];

type EventsOf<T extends Readonly<Record<string, SocketEvent>>> = {
  readonly [N in keyof T]: (payload: z.output<T[N]['payload']>) => void;
};

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
  resync: {
    summary:
      'This connection does not keep up: what changes is left out until it does, then a `cluster:snapshot` follows. Events of that time are in `GET /api/admin/events`. Further behind it is closed: connect again.',
    payload: resyncSchema,
  },
} as const satisfies Readonly<Record<string, SocketEvent>>;

/** The type map of what a node sends to operators, for socket.io. */
export type AdminServerToClientEvents = EventsOf<typeof ADMIN_SOCKET_EVENTS>;
