import {
  type DeadLettersAnswer,
  deadLettersQuerySchema,
  parse,
  type ReplayAnswer,
  replaySchema,
} from '@fleetlm/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Runtime } from '../runtime/runtime-api.ts';
import { knownAgent, requireOperator } from './access.ts';
import {
  cursorOf,
  deadLetterGroupBody,
  deliveryBody,
  idOf,
  placeOf,
  sourcesBody,
  turnOf,
} from './delivery-wire.ts';
import { parsedOf, RequestError } from './request-error.ts';
import { identityOf } from './rest-app.ts';

type AgentRequest = FastifyRequest<{ Params: { id: string } }>;

/** Turns of an agent that failed, and having them answered after all; for operators. */
export function addDeadLetterRoutes(app: FastifyInstance, runtime: Runtime): void {
  app.get('/api/agents/:id/dead-letters', async (request: AgentRequest) => {
    requireOperator(identityOf(request));
    const { group, cursor, limit } = parsedOf(parse(deadLettersQuerySchema, request.query));
    const { id } = await knownAgent(runtime, request.params.id);
    const page = await runtime.deliveries.deadLetters(id, {
      group: group ?? null,
      after: cursor === undefined ? null : placeOf(cursor),
      limit,
    });
    const answer: DeadLettersAnswer = {
      groups: page.groups.map(deadLetterGroupBody),
      deliveries: page.deliveries.map(deliveryBody),
      next: page.next === null ? null : cursorOf(page.next),
      sources: sourcesBody(page.sources),
    };
    return answer;
  });

  app.post('/api/agents/:id/dead-letters/replay', async (request: AgentRequest, reply) => {
    requireOperator(identityOf(request));
    const { ids, group } = parsedOf(parse(replaySchema, request.body));
    const { id, status } = await knownAgent(runtime, request.params.id);
    if (status === 'disabled')
      throw new RequestError('conflict', `the agent "${id}" is disabled: it would not be called`);
    const { accepted, refused, remaining } = await runtime.deliveries.replay(
      id,
      group === undefined ? { turns: (ids ?? []).map(turnOf) } : { group },
    );
    const answer: ReplayAnswer = {
      accepted: accepted.length,
      replays: accepted.map((turn) => ({
        id: idOf(turn),
        delivery_id: idOf({ ...turn, epoch: turn.epoch + 1 }),
      })),
      refused: refused.map(({ turn, code, detail }) => ({ id: idOf(turn), code, detail })),
      remaining,
    };
    return reply.status(202).send(answer);
  });
}
