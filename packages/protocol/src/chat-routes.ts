import { chatIdSchema, chatRequestSchema } from './chat.ts';
import type { RestRoute } from './rest-routes.ts';

/** What an unmodified `useChat` of the AI SDK calls. */
export const CHAT_ROUTES: readonly RestRoute[] = [
  {
    method: 'POST',
    path: '/api/chat',
    topic: 'Chat',
    summary:
      'A message as `useChat` sends it, answered with the UI message stream of its reply. Of the browser’s messages only the newest is read; closing the request does not stop the agent.',
    access: 'user',
    body: chatRequestSchema,
    answers: [{ status: 200, description: 'the stream', body: { mediaType: 'text/event-stream' } }],
    errors: [
      'invalid_request',
      'payload_too_large',
      'forbidden',
      'not_found',
      'conflict',
      'no_quorum',
      'timeout',
      'overloaded',
    ],
  },
  {
    method: 'GET',
    path: '/api/chat/:id/stream',
    topic: 'Chat',
    summary: 'The reply in progress from its first chunk, as `useChat` resumes it.',
    access: 'user',
    id: chatIdSchema,
    answers: [
      { status: 200, description: 'the stream', body: { mediaType: 'text/event-stream' } },
      { status: 204, description: 'no answer is in progress' },
    ],
    errors: ['invalid_request', 'not_found', 'no_quorum', 'timeout', 'overloaded'],
  },
];
