import { contextAnswerSchema, setContextSchema, summarizeSchema } from '../sessions/context.ts';
import { route, SESSION_COMMAND } from './route.ts';
import { SESSION_ID } from './route-parts.ts';

const OF_SESSION = {
  topic: 'Context',
  access: 'operator',
  params: { id: SESSION_ID },
  answers: [{ status: 200, description: 'the context', body: contextAnswerSchema }],
} as const;

/** What the agent of a conversation is sent, and how that is changed from outside. */
export const CONTEXT_ROUTES = {
  getContext: route({
    ...OF_SESSION,
    method: 'GET',
    path: '/api/sessions/:id/context',
    summary:
      'What the agent would be sent now, before any compaction of its own. At most 4 MiB of the newest messages are shown.',
    errors: SESSION_COMMAND,
  }),
  setContext: route({
    ...OF_SESSION,
    method: 'PUT',
    path: '/api/sessions/:id/context',
    summary:
      'What the conversation has in place of its agent’s settings, from the next call on. What is left out is as the agent has it.',
    body: setContextSchema,
    errors: ['conflict', ...SESSION_COMMAND],
  }),
  summarizeContext: route({
    ...OF_SESSION,
    method: 'POST',
    path: '/api/sessions/:id/context/summary',
    summary:
      'A summary made outside: from the next call on it stands for all messages up to a number. Users go on reading the messages.',
    body: summarizeSchema,
    errors: ['conflict', 'forbidden', 'budget_exhausted', ...SESSION_COMMAND],
  }),
} as const;
