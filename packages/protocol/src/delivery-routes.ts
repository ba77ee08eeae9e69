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
];
