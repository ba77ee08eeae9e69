import { agentStatsAnswerSchema } from './agent-stats.ts';
import { agentTestAnswerSchema, testAgentSchema, testNewAgentSchema } from './agent-tests.ts';
import {
  deadLettersAnswerSchema,
  deadLettersQuerySchema,
  replayAnswerSchema,
  replaySchema,
} from './dead-letters.ts';
import {
  deliveriesAnswerSchema,
  deliveriesQuerySchema,
  deliveryAnswerSchema,
  deliveryIdSchema,
} from './deliveries.ts';
import { agentIdSchema } from './ids.ts';
import type { RestRoute } from './rest-routes.ts';

/** For owners of agents: what became of the calls to them. */
export const DELIVERY_ROUTES: readonly RestRoute[] = [
  {
    method: 'GET',
    path: '/api/agents/:id/stats',
    topic: 'Agents',
    summary:
      'How the agent does, summed over the nodes: what each of them has seen since it started, at most for a day.',
    access: 'operator',
    id: agentIdSchema,
    answers: [{ status: 200, description: 'the figures', body: agentStatsAnswerSchema }],
    errors: ['forbidden', 'not_found', 'no_quorum'],
  },
  {
    method: 'POST',
    path: '/api/agents/:id/test',
    topic: 'Agents',
    summary:
      'Calls the agent once, with a message that is marked as a test, and tells what it does, chunk by chunk. Nothing of it is kept. At most 30 seconds and 256 KiB.',
    access: 'operator',
    id: agentIdSchema,
    body: testAgentSchema,
    answers: [{ status: 200, description: 'what came, well or not', body: agentTestAnswerSchema }],
    errors: ['invalid_request', 'forbidden', 'not_found', 'conflict', 'no_quorum', 'overloaded'],
  },
  {
    method: 'POST',
    path: '/api/agents/test',
    topic: 'Agents',
    summary: 'The same for an agent that is not registered yet.',
    access: 'operator',
    body: testNewAgentSchema,
    answers: [{ status: 200, description: 'what came, well or not', body: agentTestAnswerSchema }],
    errors: ['invalid_request', 'forbidden', 'overloaded'],
  },
  {
    method: 'GET',
    path: '/api/agents/:id/deliveries',
    topic: 'Deliveries',
    summary:
      "The agent's turns with every attempt to have them answered, newest first. While Postgres is away: those that the nodes hold in memory.",
    access: 'operator',
    id: agentIdSchema,
    query: deliveriesQuerySchema,
    answers: [{ status: 200, description: 'a page of them', body: deliveriesAnswerSchema }],
    errors: ['invalid_request', 'forbidden', 'not_found', 'no_quorum'],
  },
  {
    method: 'GET',
    path: '/api/agents/:id/deliveries/:delivery_id',
    topic: 'Deliveries',
    summary: 'One turn with what went over the wire, without secrets.',
    access: 'operator',
    id: agentIdSchema,
    params: { delivery_id: deliveryIdSchema },
    answers: [{ status: 200, description: 'the delivery', body: deliveryAnswerSchema }],
    errors: ['invalid_request', 'forbidden', 'not_found', 'no_quorum', 'archive_unavailable'],
  },
  {
    method: 'GET',
    path: '/api/agents/:id/dead-letters',
    topic: 'Deliveries',
    summary:
      'Turns that failed and that nothing has followed, grouped by what went wrong; with `group`, those of one group.',
    access: 'operator',
    id: agentIdSchema,
    query: deadLettersQuerySchema,
    answers: [{ status: 200, description: 'the groups', body: deadLettersAnswerSchema }],
    errors: ['invalid_request', 'forbidden', 'not_found', 'no_quorum'],
  },
  {
    method: 'POST',
    path: '/api/agents/:id/dead-letters/replay',
    topic: 'Deliveries',
    summary:
      'Calls the agent again for turns that failed, at most 100 of them: each becomes a new turn, with a `webhook-id` of its own. One that was answered or followed by another turn is refused.',
    access: 'operator',
    id: agentIdSchema,
    body: replaySchema,
    answers: [{ status: 202, description: 'what was taken up', body: replayAnswerSchema }],
    errors: ['invalid_request', 'not_found', 'conflict', 'forbidden', 'no_quorum'],
  },
];
