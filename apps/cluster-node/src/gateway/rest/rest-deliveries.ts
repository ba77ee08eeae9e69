import type { Runtime } from '../../runtime/runtime-api.ts';
import { knownAgent } from '../access/access.ts';
import {
  cursorOf,
  deadLetterGroupBody,
  deliveryBody,
  deliveryWithExchanges,
  idOf,
  placeOf,
  sourcesBody,
  turnOf,
} from '../delivery-wire.ts';
import type { Handlers } from './rest-call.ts';

/** What became of the calls to an agent, and having those that failed made after all. */
export function deliveryHandlers(runtime: Runtime) {
  return {
    listDeliveries: async (call) => {
      const { state, cursor, limit } = call.query;
      const { id } = await knownAgent(runtime, call.params.id, call);
      const { deliveries, next, sources } = await runtime.deliveries.list(id, {
        state: state ?? null,
        after: cursor === undefined ? null : placeOf(cursor),
        limit,
      });
      return {
        deliveries: deliveries.map(deliveryBody),
        next: next === null ? null : cursorOf(next),
        sources: sourcesBody(sources),
      };
    },

    getDelivery: async (call) => {
      const { id } = await knownAgent(runtime, call.params.id, call);
      const { sessionId, epoch } = turnOf(call.params.delivery_id);
      const found = call.value(await runtime.deliveries.get(id, sessionId, epoch));
      return {
        delivery: deliveryWithExchanges(found.delivery),
        sources: sourcesBody(found.sources),
      };
    },

    listDeadLetters: async (call) => {
      const { group, cursor, limit } = call.query;
      const { id } = await knownAgent(runtime, call.params.id, call);
      const page = await runtime.deliveries.deadLetters(id, {
        group: group ?? null,
        after: cursor === undefined ? null : placeOf(cursor),
        limit,
      });
      return {
        groups: page.groups.map(deadLetterGroupBody),
        deliveries: page.deliveries.map(deliveryBody),
        next: page.next === null ? null : cursorOf(page.next),
        sources: sourcesBody(page.sources),
      };
    },

    replayDeadLetters: async (call) => {
      const { ids, group } = call.body;
      const { id, status } = await knownAgent(runtime, call.params.id, call);
      if (status === 'disabled')
        throw call.refuse({
          code: 'conflict',
          detail: `the agent "${id}" is disabled: it would not be called`,
        });
      const { accepted, refused, remaining } = await runtime.deliveries.replay(
        id,
        group === undefined ? { turns: (ids ?? []).map(turnOf) } : { group },
      );
      return {
        accepted: accepted.length,
        replays: accepted.map((turn) => ({
          id: idOf(turn),
          delivery_id: idOf({ ...turn, epoch: turn.epoch + 1 }),
        })),
        refused: refused.map(({ turn, code, detail }) => ({ id: idOf(turn), code, detail })),
        remaining,
      };
    },
  } satisfies Partial<Handlers>;
}
