import { seqParamSchema, seqSchema } from '../ids.ts';
import {
  agentFeedbackAnswerSchema,
  feedbackAnswerSchema,
  feedbackExportQuerySchema,
  feedbackQuerySchema,
  feedbackStatsAnswerSchema,
  feedbackStatsQuerySchema,
  rateReplySchema,
  sessionFeedbackAnswerSchema,
} from '../sessions/feedback.ts';
import { formOf, route } from './route.ts';
import { AGENT_ID, SESSION_ID } from './route-parts.ts';

const SEQ = formOf(seqParamSchema, seqSchema.min(1));
const OF_AGENT = { access: 'operator', params: { id: AGENT_ID } } as const;
const READ_ERRORS = ['no_quorum', 'archive_unavailable'] as const;

/** What users think of replies. It is in Postgres alone, and unavailable without it. */
export const FEEDBACK_ROUTES = {
  rateReply: route({
    method: 'PUT',
    path: '/api/sessions/:id/messages/:seq/feedback',
    topic: 'Feedback',
    summary: 'Says what the user thinks of a reply; what was said of it before is replaced.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID, seq: SEQ },
    body: rateReplySchema,
    answers: [{ status: 200, description: 'kept', body: feedbackAnswerSchema }],
    errors: ['archive_unavailable'],
  }),
  withdrawFeedback: route({
    method: 'DELETE',
    path: '/api/sessions/:id/messages/:seq/feedback',
    topic: 'Feedback',
    summary: 'Takes it back, also when there is none.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID, seq: SEQ },
    answers: [{ status: 204, description: 'taken back' }],
    errors: ['archive_unavailable'],
  }),
  listSessionFeedback: route({
    method: 'GET',
    path: '/api/sessions/:id/feedback',
    topic: 'Feedback',
    summary: 'What the user said of the replies of a conversation: of the newest 500.',
    access: 'user',
    owner: 'session',
    params: { id: SESSION_ID },
    answers: [{ status: 200, description: 'by seq', body: sessionFeedbackAnswerSchema }],
    errors: ['archive_unavailable'],
  }),
  listAgentFeedback: route({
    method: 'GET',
    path: '/api/agents/:id/feedback',
    topic: 'Feedback',
    summary: 'What users said of the agent’s replies, newest first.',
    ...OF_AGENT,
    query: feedbackQuerySchema,
    answers: [{ status: 200, description: 'a page of it', body: agentFeedbackAnswerSchema }],
    errors: READ_ERRORS,
  }),
  getFeedbackStats: route({
    method: 'GET',
    path: '/api/agents/:id/feedback/stats',
    topic: 'Feedback',
    summary:
      'How often users liked the agent’s replies, and why not; of the last 30 days when no day is named.',
    ...OF_AGENT,
    query: feedbackStatsQuerySchema,
    answers: [{ status: 200, description: 'the counts', body: feedbackStatsAnswerSchema }],
    errors: READ_ERRORS,
  }),
  exportFeedbackCsv: route({
    method: 'GET',
    path: '/api/agents/:id/feedback.csv',
    topic: 'Feedback',
    summary:
      'The same as CSV (RFC 4180), in parts of at most 5,000 lines and 4 MiB: `x-next-cursor` is the `cursor` of the next one.',
    ...OF_AGENT,
    query: feedbackExportQuerySchema,
    answers: [{ status: 200, description: 'the lines', body: { mediaType: 'text/csv' } }],
    errors: READ_ERRORS,
  }),
  exportFeedbackLines: route({
    method: 'GET',
    path: '/api/agents/:id/feedback.jsonl',
    topic: 'Feedback',
    summary: 'The same as one JSON object a line.',
    ...OF_AGENT,
    query: feedbackExportQuerySchema,
    answers: [{ status: 200, description: 'the lines', body: { mediaType: 'application/jsonl' } }],
    errors: READ_ERRORS,
  }),
} as const;
