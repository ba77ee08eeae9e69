import {
  type DeliveriesAnswer,
  type DeliveryAnswer,
  deliveriesQuerySchema,
  deliveryIdSchema,
  parse,
} from '@fleetlm/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Runtime } from '../runtime/runtime-api.ts';
import { knownAgent, requireOperator } from './access.ts';
import {
  cursorOf,
  deliveryBody,
  deliveryWithExchanges,
  placeOf,
  sourcesBody,
  turnOf,
} from './delivery-wire.ts';
import { parsedOf, valueOrThrow } from './request-error.ts';
import { identityOf } from './rest-app.ts';

type AgentRequest = FastifyRequest<{ Params: { id: string } }>;
type DeliveryRequest = FastifyRequest<{ Params: { id: string; delivery_id: string } }>;

/** What became of the calls to an agent; for operators. */
export function addDeliveryRoutes(app: FastifyInstance, runtime: Runtime): void {
  app.get('/api/agents/:id/deliveries', async (request: AgentRequest) => {
    requireOperator(identityOf(request));
    const { state, cursor, limit } = parsedOf(parse(deliveriesQuerySchema, request.query));
    const { id } = await knownAgent(runtime, request.params.id);
    const { deliveries, next, sources } = await runtime.deliveries.list(id, {
      state: state ?? null,
      after: cursor === undefined ? null : placeOf(cursor),
      limit,
    });
    const answer: DeliveriesAnswer = {
      deliveries: deliveries.map(deliveryBody),
      next: next === null ? null : cursorOf(next),
      sources: sourcesBody(sources),
    };
    return answer;
  });

  app.get('/api/agents/:id/deliveries/:delivery_id', async (request: DeliveryRequest) => {
    requireOperator(identityOf(request));
    const { id } = await knownAgent(runtime, request.params.id);
    const { sessionId, epoch } = turnOf(
      parsedOf(parse(deliveryIdSchema, request.params.delivery_id)),
    );
    const { delivery, sources } = valueOrThrow(await runtime.deliveries.get(id, sessionId, epoch));
    const answer: DeliveryAnswer = {
      delivery: deliveryWithExchanges(delivery),
      sources: sourcesBody(sources),
    };
    return answer;
  });
}
