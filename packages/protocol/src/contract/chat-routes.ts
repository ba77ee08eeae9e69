import { CHAT_BODY_BYTES_MAX } from '../limits.ts';
import { chatRequestSchema } from '../sessions/chat.ts';
import { route, SESSION_COMMAND } from './route.ts';
import { CHAT_ID, EVENT_STREAM, readerSchema } from './route-parts.ts';

/** What an unmodified `useChat` of the AI SDK calls. */
export const CHAT_ROUTES = {
  chat: route({
    method: 'POST',
    path: '/api/chat',
    topic: 'Chat',
    summary:
      'A message as `useChat` sends it, answered with the UI message stream of its reply. Of the browser’s messages only the newest is read; closing the request does not stop the agent.',
    access: 'user',
    owner: 'chat',
    headers: readerSchema,
    body: chatRequestSchema,
    bodyBytesMax: CHAT_BODY_BYTES_MAX,
    answers: [{ status: 200, description: 'the stream', body: EVENT_STREAM }],
    errors: ['conflict', 'budget_exhausted', ...SESSION_COMMAND],
  }),
  resumeChat: route({
    method: 'GET',
    path: '/api/chat/:id/stream',
    topic: 'Chat',
    summary: 'The reply in progress from its first chunk, as `useChat` resumes it.',
    access: 'user',
    owner: 'chat',
    params: { id: CHAT_ID },
    headers: readerSchema,
    answers: [
      { status: 200, description: 'the stream', body: EVENT_STREAM },
      { status: 204, description: 'no answer is in progress' },
    ],
    errors: SESSION_COMMAND,
  }),
} as const;
