import {
  agentAnswerSchema,
  agentsAnswerSchema,
  agentsQuerySchema,
  createAgentSchema,
  rotatedSecretSchema,
  rotateSecretSchema,
  updateAgentSchema,
} from '../agents/agents.ts';
import { route, UNAVAILABLE } from './route.ts';
import { AGENT_ID, creationSchema } from './route-parts.ts';

const updateAgent = {
  path: '/api/agents/:id',
  topic: 'Agents',
  summary: 'Changes the fields that are given; the others stay. PATCH and PUT are the same.',
  access: 'operator',
  params: { id: AGENT_ID },
  body: updateAgentSchema,
  answers: [{ status: 200, description: 'the changed agent', body: agentAnswerSchema }],
  errors: UNAVAILABLE,
} as const;

/** Registrations of agents. */
export const AGENT_ROUTES = {
  createAgent: route({
    method: 'POST',
    path: '/api/agents',
    topic: 'Agents',
    summary:
      'Registers an agent. Its signing secret is in this answer, in the ones to the same `Idempotency-Key` within 24 hours, and never again.',
    access: 'operator',
    headers: creationSchema,
    body: createAgentSchema,
    answers: [{ status: 201, description: 'registered', body: agentAnswerSchema }],
    errors: ['conflict', ...UNAVAILABLE],
  }),
  listAgents: route({
    method: 'GET',
    path: '/api/agents',
    topic: 'Agents',
    summary: 'All agents, in the order of their registration.',
    access: 'operator',
    query: agentsQuerySchema,
    answers: [{ status: 200, description: 'the agents', body: agentsAnswerSchema }],
    errors: ['no_quorum'],
  }),
  getAgent: route({
    method: 'GET',
    path: '/api/agents/:id',
    topic: 'Agents',
    summary: 'One agent.',
    access: 'operator',
    params: { id: AGENT_ID },
    answers: [{ status: 200, description: 'the agent', body: agentAnswerSchema }],
    errors: ['no_quorum'],
  }),
  updateAgent: route({ method: 'PATCH', ...updateAgent }),
  putAgent: route({ method: 'PUT', ...updateAgent }),
  rotateSecret: route({
    method: 'POST',
    path: '/api/agents/:id/secret/rotate',
    topic: 'Agents',
    summary:
      'Makes a new signing secret, which is in this answer and never again. Until the overlap ends, calls carry both signatures.',
    access: 'operator',
    params: { id: AGENT_ID },
    body: rotateSecretSchema,
    isBodyOptional: true,
    answers: [{ status: 200, description: 'the new secret', body: rotatedSecretSchema }],
    errors: UNAVAILABLE,
  }),
  eraseAgent: route({
    method: 'POST',
    path: '/api/agents/:id/erase',
    topic: 'Agents',
    summary:
      'Deletes a registration for good. Conversations with the agent stay readable under its id and get no more answers. The id is free again: an agent that is registered under it takes them over.',
    access: 'operator',
    params: { id: AGENT_ID },
    answers: [{ status: 204, description: 'deleted' }],
    errors: UNAVAILABLE,
  }),
  disableAgent: route({
    method: 'DELETE',
    path: '/api/agents/:id',
    topic: 'Agents',
    summary: 'Disables an agent: it is not called any more. Its sessions stay.',
    access: 'operator',
    params: { id: AGENT_ID },
    answers: [{ status: 200, description: 'the disabled agent', body: agentAnswerSchema }],
    errors: UNAVAILABLE,
  }),
} as const;
