import { CHAT_BODY_BYTES_MAX } from '../limits.ts';
import { runAgentInputSchema } from '../sessions/ag-ui.ts';
import {
  completionHeadersSchema,
  completionRequestSchema,
  completionSchema,
  modelsSchema,
} from '../sessions/completions.ts';
import { route, SESSION_COMMAND, UNAVAILABLE } from './route.ts';
import { creationSchema, EVENT_STREAM, SESSION_ID } from './route-parts.ts';

/** Conversations in the protocols of others. */
export const OUTWARD_ROUTES = {
  runAgUi: route({
    method: 'POST',
    path: '/api/sessions/:id/ag-ui',
    topic: 'Other protocols',
    summary:
      'The conversation as an AG-UI agent: takes `RunAgentInput`, appends what is new in it (the newest message of the user, results of tools, or decisions in `resume`) and streams the reply as AG-UI events. Closing the request does not stop the agent.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID },
    body: runAgentInputSchema,
    bodyBytesMax: CHAT_BODY_BYTES_MAX,
    answers: [{ status: 200, description: 'the events', body: EVENT_STREAM }],
    errors: ['conflict', 'budget_exhausted', ...SESSION_COMMAND],
  }),
  createCompletion: route({
    method: 'POST',
    path: '/v1/chat/completions',
    topic: 'Other protocols',
    summary:
      'An agent as an OpenAI-compatible model. The header `x-fleetlm-session` names the conversation: a session, or a name of the caller’s own, which begins one; without it each request begins one. Of `messages` only the newest is read: the history is kept here.',
    access: 'user',
    owner: 'chat',
    headers: completionHeadersSchema.extend(creationSchema.shape),
    body: completionRequestSchema,
    bodyBytesMax: CHAT_BODY_BYTES_MAX,
    answers: [
      { status: 200, description: 'the completion', body: completionSchema },
      { status: 200, description: 'its chunks, with `stream`', body: EVENT_STREAM },
    ],
    errors: ['conflict', 'budget_exhausted', 'forbidden', 'agent_failed', ...SESSION_COMMAND],
  }),
  listModels: route({
    method: 'GET',
    path: '/v1/models',
    topic: 'Other protocols',
    summary: 'The enabled agents as OpenAI-compatible models.',
    access: 'user',
    owner: 'chat',
    answers: [{ status: 200, description: 'the models', body: modelsSchema }],
    errors: [UNAVAILABLE[0]],
  }),
} as const;
