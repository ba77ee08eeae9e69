import {
  type Delivery,
  type DeliveryAttempt,
  type DeliveryKeeper,
  type DeliveryPlace,
  deliveriesOf,
  newestFirst,
  type RecordedAttempt,
} from '../effects/deliveries/index.ts';
import { type AskPorts, askNodes } from './ask-nodes.ts';
import type {
  DeliveriesRuntime,
  DeliveryPage,
  DeliveryQuery,
  DeliverySourcesView,
} from './deliveries-api.ts';
import { resultOf } from './runtime.ts';
import type { Result } from './runtime-api.ts';

export interface DeliveriesPorts extends AskPorts {
  readonly keeper: Pick<DeliveryKeeper, 'page' | 'delivery'>;
}

type TurnName = { readonly sessionId: string; readonly epoch: number };

interface InMemory {
  readonly attempts: readonly RecordedAttempt[];
  readonly nodes: DeliverySourcesView['nodes'];
}

/**
 * Deliveries as Postgres has them, once every node has written what it held back. What could not be written, because
 * Postgres is away from there or from here, is taken from the memory of the nodes instead.
 */
export class NodeDeliveries implements DeliveriesRuntime {
  readonly #ports: DeliveriesPorts;

  constructor(ports: DeliveriesPorts) {
    this.#ports = ports;
  }

  async list(agentId: string, query: DeliveryQuery): Promise<DeliveryPage> {
    const unwritten = await this.#inMemory(agentId, null, 'unwritten');
    const stored = await this.#ports.keeper.page(agentId, query);
    if (stored === null) {
      const { attempts, nodes } = await this.#inMemory(agentId, null, 'all');
      return { ...pageOf(attempts, query, null), sources: { archive: 'unavailable', nodes } };
    }
    const attempts = [...stored.attempts, ...unwritten.attempts];
    return {
      ...pageOf(attempts, query, stored.through),
      sources: { archive: 'ok', nodes: unwritten.nodes },
    };
  }

  async get(
    agentId: string,
    sessionId: string,
    epoch: number,
  ): ReturnType<DeliveriesRuntime['get']> {
    const turn = { sessionId, epoch };
    const stored = await this.#ports.keeper.delivery(agentId, sessionId, epoch);
    const { attempts, nodes } = await this.#inMemory(agentId, turn, 'all');
    const [delivery] = deliveriesOf([...(stored ?? []), ...attempts]);
    if (delivery === undefined) return notFound(agentId, turn, stored === null);
    const archive = stored === null ? 'unavailable' : 'ok';
    return { ok: true, value: { delivery, sources: { archive, nodes } } };
  }

  async #inMemory(
    agentId: string,
    delivery: TurnName | null,
    wanted: 'all' | 'unwritten',
  ): Promise<InMemory> {
    const answers = await askNodes(this.#ports, {
      type: 'recent-deliveries',
      agentId,
      delivery,
      wanted,
    });
    const attempts: RecordedAttempt[] = [];
    const nodes = answers.map(({ nodeId, outcome }): DeliverySourcesView['nodes'][number] => {
      const result = outcome === null ? null : resultOf(outcome, 'recent-deliveries');
      if (result?.ok !== true)
        return { nodeId, state: 'unreachable', unwritten: null, dropped: null };
      attempts.push(...result.value.attempts);
      const { unwritten, dropped } = result.value;
      return { nodeId, state: 'ok', unwritten, dropped };
    });
    return { attempts, nodes };
  }
}

/** `through`: Postgres has more after this place, which is for a later page. */
function pageOf(
  attempts: Iterable<DeliveryAttempt>,
  { state, after, limit }: DeliveryQuery,
  through: DeliveryPlace | null,
): Pick<DeliveryPage, 'deliveries' | 'next'> {
  const inWindow = deliveriesOf(attempts).filter(
    (delivery) =>
      (after === null || newestFirst(after, delivery) < 0) &&
      (through === null || newestFirst(delivery, through) <= 0),
  );
  const wanted = inWindow.filter((delivery) => state === null || delivery.state === state);
  const deliveries: readonly Delivery[] = wanted.slice(0, limit);
  const last = deliveries.at(-1);
  if (wanted.length > limit && last !== undefined)
    return { deliveries, next: { startedAtMs: last.startedAtMs, id: last.id } };
  return { deliveries, next: through };
}

function notFound(
  agentId: string,
  { sessionId, epoch }: TurnName,
  isArchiveAway: boolean,
): Result<never> {
  const name = `${sessionId}:${epoch} to the agent "${agentId}"`;
  return {
    ok: false,
    error: isArchiveAway
      ? {
          code: 'archive_unavailable',
          detail: `no node remembers a delivery ${name}, and Postgres can't be asked`,
        }
      : { code: 'not_found', detail: `there is no delivery ${name}` },
  };
}
