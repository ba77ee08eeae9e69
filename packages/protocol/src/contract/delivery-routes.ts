import { agentStatsAnswerSchema } from '../agents/agent-stats.ts';
import {
  agentTestAnswerSchema,
  testAgentSchema,
  testNewAgentSchema,
} from '../agents/agent-tests.ts';
import {
  deadLettersAnswerSchema,
  deadLettersQuerySchema,
  replayAnswerSchema,
  replaySchema,
} from '../agents/dead-letters.ts';
import {
  deliveriesAnswerSchema,
  deliveriesQuerySchema,
  deliveryAnswerSchema,
  deliveryIdSchema,
} from '../agents/deliveries.ts';
import { formOf, route } from './route.ts';
import { AGENT_ID } from './route-parts.ts';

/** For owners of agents: what became of the calls to them. */
export const DELIVERY_ROUTES = {
  getAgentStats: route({
    method: 'GET',
    path: '/api/agents/:id/stats',
    topic: 'Agents',
    summary:
      'How the agent does, summed over the nodes: what each of them has seen since it started, at most for a day.',
    access: 'operator',
    params: { id: AGENT_ID },
    answers: [{ status: 200, description: 'the statistics', body: agentStatsAnswerSchema }],
    errors: ['no_quorum'],
  }),
  testAgent: route({
    method: 'POST',
    path: '/api/agents/:id/test',
    topic: 'Agents',
    summary:
      'Calls the agent once, with a message that is marked as a test, and reports what it does, chunk by chunk. Nothing of it is kept. At most 30 seconds and 256 KiB.',
    access: 'operator',
    params: { id: AGENT_ID },
    body: testAgentSchema,
    isBodyOptional: true,
    answers: [{ status: 200, description: 'what came, well or not', body: agentTestAnswerSchema }],
    errors: ['conflict', 'no_quorum'],
  }),
  testNewAgent: route({
    method: 'POST',
    path: '/api/agents/test',
    topic: 'Agents',
    summary: 'The same for an agent that is not registered yet.',
    access: 'operator',
    body: testNewAgentSchema,
    answers: [{ status: 200, description: 'what came, well or not', body: agentTestAnswerSchema }],
    errors: [],
  }),
  listDeliveries: route({
    method: 'GET',
    path: '/api/agents/:id/deliveries',
    topic: 'Deliveries',
    summary:
      "The agent's turns with every attempt to have them answered, newest first. While Postgres is unreachable: those that the nodes hold in memory.",
    access: 'operator',
    params: { id: AGENT_ID },
    query: deliveriesQuerySchema,
    answers: [{ status: 200, description: 'a page of them', body: deliveriesAnswerSchema }],
    errors: ['no_quorum'],
  }),
  getDelivery: route({
    method: 'GET',
    path: '/api/agents/:id/deliveries/:delivery_id',
    topic: 'Deliveries',
    summary: 'One turn with what went over the wire, without secrets.',
    access: 'operator',
    params: { id: AGENT_ID, delivery_id: formOf(deliveryIdSchema) },
    answers: [{ status: 200, description: 'the delivery', body: deliveryAnswerSchema }],
    errors: ['no_quorum', 'archive_unavailable'],
  }),
  listDeadLetters: route({
    method: 'GET',
    path: '/api/agents/:id/dead-letters',
    topic: 'Deliveries',
    summary:
      'Turns that failed and that nothing has followed, grouped by what went wrong; with `group`, those of one group.',
    access: 'operator',
    params: { id: AGENT_ID },
    query: deadLettersQuerySchema,
    answers: [{ status: 200, description: 'the groups', body: deadLettersAnswerSchema }],
    errors: ['no_quorum'],
  }),
  replayDeadLetters: route({
    method: 'POST',
    path: '/api/agents/:id/dead-letters/replay',
    topic: 'Deliveries',
    summary:
      'Calls the agent again for turns that failed, at most 100 of them: each becomes a new turn, with a `webhook-id` of its own. One that was answered or followed by another turn is refused.',
    access: 'operator',
    params: { id: AGENT_ID },
    body: replaySchema,
    answers: [{ status: 202, description: 'what was taken up', body: replayAnswerSchema }],
    errors: ['conflict', 'no_quorum'],
  }),
} as const;
