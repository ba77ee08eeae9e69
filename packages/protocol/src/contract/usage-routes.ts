import { usageAnswerSchema, usageQuerySchema } from '../agents/usage.ts';
import { route } from './route.ts';
import { AGENT_ID } from './route-parts.ts';

const usage = {
  method: 'GET',
  topic: 'Agents',
  access: 'operator',
  params: { id: AGENT_ID },
  query: usageQuerySchema,
  errors: ['no_quorum', 'archive_unavailable'],
} as const;

/** What the replies of an agent cost. */
export const USAGE_ROUTES = {
  getUsage: route({
    ...usage,
    path: '/api/agents/:id/usage',
    summary:
      'Tokens and cost of the agent’s replies by day or by user, of the last 30 days when no day is named, and what is left of its budget. Replies count once they are in Postgres.',
    answers: [{ status: 200, description: 'the usage', body: usageAnswerSchema }],
  }),
  getUsageCsv: route({
    ...usage,
    path: '/api/agents/:id/usage.csv',
    summary: 'The same rows as CSV (RFC 4180), one line for each of them and each currency.',
    answers: [{ status: 200, description: 'the lines', body: { mediaType: 'text/csv' } }],
  }),
} as const;
