import {
  feedHeadersSchema,
  inboxFeedQuerySchema,
  sessionFeedQuerySchema,
} from '../sessions/event-feeds.ts';
import {
  messageAnswerSchema,
  messagesAnswerSchema,
  messagesQuerySchema,
  postMessageSchema,
} from '../sessions/messages.ts';
import { searchAnswerSchema, searchQuerySchema } from '../sessions/search.ts';
import {
  createSessionSchema,
  markReadSchema,
  sessionAnswerSchema,
  sessionsAnswerSchema,
  sessionsQuerySchema,
  updateSessionSchema,
} from '../sessions/sessions.ts';
import { route, SESSION_COMMAND, UNAVAILABLE } from './route.ts';
import {
  acceptedSchema,
  creationSchema,
  EVENT_STREAM,
  readerSchema,
  SESSION_ID,
} from './route-parts.ts';

export const SESSION_ROUTES = {
  createSession: route({
    method: 'POST',
    path: '/api/sessions',
    topic: 'Sessions',
    summary:
      'Begins a conversation of a user with an agent. Sent again under its `Idempotency-Key` within 24 hours, it begins no second one.',
    access: 'user',
    owner: 'user',
    headers: creationSchema,
    body: createSessionSchema,
    answers: [{ status: 201, description: 'begun', body: sessionAnswerSchema }],
    errors: ['conflict', 'archive_unavailable', ...UNAVAILABLE],
  }),
  listSessions: route({
    method: 'GET',
    path: '/api/sessions',
    topic: 'Sessions',
    summary: "A user's conversations, newest activity first.",
    access: 'user',
    owner: 'user',
    query: sessionsQuerySchema,
    answers: [{ status: 200, description: 'a page of them', body: sessionsAnswerSchema }],
    errors: UNAVAILABLE,
  }),
  getSession: route({
    method: 'GET',
    path: '/api/sessions/:id',
    topic: 'Sessions',
    summary: 'One conversation.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID },
    answers: [{ status: 200, description: 'the session', body: sessionAnswerSchema }],
    errors: [],
  }),
  updateSession: route({
    method: 'PATCH',
    path: '/api/sessions/:id',
    topic: 'Sessions',
    summary:
      'Replaces the metadata (`title` in it names the conversation), archives, or brings back.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID },
    body: updateSessionSchema,
    answers: [{ status: 200, description: 'the session', body: sessionAnswerSchema }],
    errors: ['conflict', ...SESSION_COMMAND],
  }),
  archiveSession: route({
    method: 'DELETE',
    path: '/api/sessions/:id',
    topic: 'Sessions',
    summary: 'Archives a conversation: no new messages, the history stays readable.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID },
    answers: [{ status: 204, description: 'archived' }],
    errors: SESSION_COMMAND,
  }),
  eraseSession: route({
    method: 'POST',
    path: '/api/sessions/:id/erase',
    topic: 'Sessions',
    summary:
      'Erases a conversation for good: messages, metadata, answers and deliveries, also from the archive. Its id stays taken. A `conflict` while the user’s data is on legal hold.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID },
    answers: [{ status: 204, description: 'erased' }],
    errors: ['conflict', ...SESSION_COMMAND],
  }),
  markRead: route({
    method: 'POST',
    path: '/api/sessions/:id/read',
    topic: 'Sessions',
    summary: 'Moves the read cursor. It never goes back.',
    access: 'user',
    owner: 'user',
    params: { id: SESSION_ID },
    body: markReadSchema,
    answers: [{ status: 200, description: 'the session', body: sessionAnswerSchema }],
    errors: SESSION_COMMAND,
  }),
} as const;

export const MESSAGE_ROUTES = {
  postMessage: route({
    method: 'POST',
    path: '/api/sessions/:id/messages',
    topic: 'Messages',
    summary:
      'Appends a message, of the user or (with the API key) of the agent. Answered once a quorum has it on disk. With a `client_message_id` or an `Idempotency-Key` it may be sent again at will.',
    access: 'user',
    owner: 'sender',
    params: { id: SESSION_ID },
    headers: creationSchema,
    body: postMessageSchema,
    answers: [
      { status: 201, description: 'appended', body: messageAnswerSchema },
      {
        status: 200,
        description: 'the `client_message_id` was seen: the message that was made of it then',
        body: messageAnswerSchema,
      },
    ],
    errors: ['conflict', 'budget_exhausted', ...SESSION_COMMAND],
  }),
  readMessages: route({
    method: 'GET',
    path: '/api/sessions/:id/messages',
    topic: 'Messages',
    summary: 'A page of the history, ascending by seq and without gaps.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID },
    query: messagesQuerySchema,
    answers: [{ status: 200, description: 'the page', body: messagesAnswerSchema }],
    errors: ['archive_unavailable'],
  }),
  searchMessages: route({
    method: 'GET',
    path: '/api/search',
    topic: 'Messages',
    summary:
      'Messages of a user’s conversations that contain a text, newest first. They are looked for in Postgres: what came within the last flush interval is not found yet, and of a long message the first 32,768 characters are looked through.',
    access: 'user',
    owner: 'user',
    query: searchQuerySchema,
    answers: [{ status: 200, description: 'what was found', body: searchAnswerSchema }],
    errors: ['archive_unavailable'],
  }),
} as const;

/** Live events for clients without Socket.IO. */
export const FEED_ROUTES = {
  streamSessionEvents: route({
    method: 'GET',
    path: '/api/sessions/:id/events',
    topic: 'Event feeds',
    summary:
      'A conversation as server-sent events, with the names and payloads of the socket: the messages after `last_seq` (or after the header `Last-Event-ID`, which comes first), `session:joined`, and then live. The `id` of an event is the seq of its message.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID },
    headers: feedHeadersSchema,
    query: sessionFeedQuerySchema,
    answers: [{ status: 200, description: 'the feed', body: EVENT_STREAM }],
    errors: ['archive_unavailable'],
  }),
  streamInboxEvents: route({
    method: 'GET',
    path: '/api/inbox/events',
    topic: 'Event feeds',
    summary:
      "A user's inbox as server-sent events: `inbox:joined` with the newest 500 conversations, and then `inbox:delta`. The `id` of an event is the version of the inbox; with the present one as `last_seq` or `Last-Event-ID` the feed begins live.",
    access: 'user',
    owner: 'user',
    headers: feedHeadersSchema,
    query: inboxFeedQuerySchema,
    answers: [{ status: 200, description: 'the feed', body: EVENT_STREAM }],
    errors: UNAVAILABLE,
  }),
} as const;

export const ANSWER_ROUTES = {
  streamAnswer: route({
    method: 'GET',
    path: '/api/sessions/:id/stream',
    topic: 'Answers',
    summary:
      'The answer in progress from its first chunk, and then live: an AI SDK UI message stream.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID },
    headers: readerSchema,
    answers: [
      { status: 200, description: 'the stream', body: EVENT_STREAM },
      { status: 204, description: 'no answer is in progress' },
    ],
    errors: [],
  }),
  stopAnswer: route({
    method: 'POST',
    path: '/api/sessions/:id/stop',
    topic: 'Answers',
    summary: 'Stops the answer in progress. What was streamed is kept.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID },
    answers: [{ status: 202, description: 'accepted', body: acceptedSchema }],
    errors: [],
  }),
  retryAnswer: route({
    method: 'POST',
    path: '/api/sessions/:id/retry',
    topic: 'Answers',
    summary: 'Calls the agent again for a message whose answer failed.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID },
    answers: [{ status: 202, description: 'accepted', body: acceptedSchema }],
    errors: ['conflict', 'budget_exhausted', 'archive_unavailable'],
  }),
} as const;
