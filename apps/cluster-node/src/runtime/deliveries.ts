import { PAGE_BYTES_MAX, REPLAYS_MAX } from '@fleetlm/protocol';
import {
  type DeliveryAttempt,
  type DeliveryPlace,
  type DeliveryRecorder,
  deadLettersOf,
  deliveriesOf,
  fittingDeliveries,
  groupOfDelivery,
  groupsOf,
  newestFirst,
  type RecordedAttempt,
} from '../effects/deliveries/index.ts';
import type { Result } from '../outcome.ts';
import { type AskPorts, askNodes } from './ask-nodes.ts';
import type {
  DeadLetterPage,
  DeadLetterQuery,
  DeliveriesRuntime,
  DeliveryPage,
  DeliveryQuery,
  DeliverySourcesView,
  ReplayOutcome,
  TurnName,
} from './deliveries-api.ts';
import { mapLimited } from './map-limited.ts';

export interface DeliveriesPorts extends AskPorts {
  readonly recorder: Pick<DeliveryRecorder, 'page' | 'delivery' | 'deadLetterGroups'>;
  /** Has the agent called again for a turn that has failed, if it still is the newest of its session. */
  readonly retry: (agentId: string, turn: TurnName) => Promise<Result<null>>;
}

/** Replays that are proposed at once: conversations of users go first. */
const REPLAYS_AT_ONCE = 8;

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
    const stored = await this.#ports.recorder.page(agentId, query);
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
    const stored = await this.#ports.recorder.delivery(agentId, sessionId, epoch);
    const { attempts, nodes } = await this.#inMemory(agentId, turn, 'all');
    const [delivery] = deliveriesOf([...(stored ?? []), ...attempts]);
    if (delivery === undefined) return notFound(agentId, turn, stored === null);
    const archive = stored === null ? 'unavailable' : 'ok';
    return { ok: true, value: { delivery, sources: { archive, nodes } } };
  }

  async deadLetters(agentId: string, query: DeadLetterQuery): Promise<DeadLetterPage> {
    const { group } = query;
    const { nodes } = await this.#inMemory(agentId, null, 'unwritten');
    const groups = await this.#ports.recorder.deadLetterGroups(agentId);
    const pageQuery = { ...query, state: 'failed', deadGroup: group } as const;
    const stored =
      groups === null || group === null
        ? null
        : await this.#ports.recorder.page(agentId, pageQuery);
    if (groups === null || (group !== null && stored === null))
      return this.#deadLettersInMemory(agentId, query);
    const page = stored === null ? NO_PAGE : pageOf(stored.attempts, pageQuery, stored.through);
    return {
      groups: group === null ? groups : groups.filter(({ id }) => id === group),
      ...page,
      sources: { archive: 'ok', nodes },
    };
  }

  async #deadLettersInMemory(agentId: string, query: DeadLetterQuery): Promise<DeadLetterPage> {
    const { attempts, nodes } = await this.#inMemory(agentId, null, 'all');
    const all = deadLettersOf(attempts);
    const wanted = all.filter((delivery) => groupOfDelivery(delivery) === query.group);
    const page =
      query.group === null
        ? NO_PAGE
        : pageOf(
            wanted.flatMap((delivery) => delivery.attempts),
            { ...query, state: 'failed' },
            null,
          );
    return {
      groups: groupsOf(query.group === null ? all : wanted),
      ...page,
      sources: { archive: 'unavailable', nodes },
    };
  }

  async replay(
    agentId: string,
    which: Parameters<DeliveriesRuntime['replay']>[1],
  ): Promise<ReplayOutcome> {
    const isGroup = 'group' in which;
    const found = isGroup ? await this.#turnsOf(agentId, which.group) : null;
    const turns = 'turns' in which ? distinct(which.turns) : (found?.turns ?? []);
    const results = await mapLimited(turns, REPLAYS_AT_ONCE, async (turn) => ({
      turn,
      result: await this.#ports.retry(agentId, turn),
    }));
    return {
      accepted: results.filter(({ result }) => result.ok).map(({ turn }) => turn),
      refused: results.flatMap(({ turn, result }) =>
        result.ok ? [] : { turn, code: result.error.code, detail: result.error.detail },
      ),
      remaining: found === null ? null : Math.max(0, found.count - turns.length),
    };
  }

  async #turnsOf(
    agentId: string,
    group: string,
  ): Promise<{ readonly turns: readonly TurnName[]; readonly count: number }> {
    const page = await this.deadLetters(agentId, { group, after: null, limit: REPLAYS_MAX });
    return {
      turns: page.deliveries.map(({ newest }) => turnName(newest)),
      count: page.groups[0]?.count ?? page.deliveries.length,
    };
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
      if (outcome?.status !== 'ok')
        return { nodeId, state: 'unreachable', unwritten: null, dropped: null };
      attempts.push(...outcome.value.attempts);
      const { unwritten, dropped } = outcome.value;
      return { nodeId, state: 'ok', unwritten, dropped };
    });
    return { attempts, nodes };
  }
}

const NO_PAGE = { deliveries: [], next: null };

function turnName({ sessionId, epoch }: TurnName): TurnName {
  return { sessionId, epoch };
}

function distinct(turns: readonly TurnName[]): readonly TurnName[] {
  return [...new Map(turns.map((turn) => [`${turn.sessionId}:${turn.epoch}`, turn])).values()];
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
  const deliveries = fittingDeliveries(wanted, { limit, bytesMax: PAGE_BYTES_MAX });
  const last = deliveries.at(-1);
  if (wanted.length > deliveries.length && last !== undefined)
    return { deliveries, next: { startedAtMs: last.startedAtMs, id: last.id } };
  return { deliveries, next: through };
}

function notFound(
  agentId: string,
  { sessionId, epoch }: TurnName,
  isArchiveUnavailable: boolean,
): Result<never, 'not_found' | 'archive_unavailable'> {
  const name = `${sessionId}:${epoch} to the agent "${agentId}"`;
  return {
    ok: false,
    error: isArchiveUnavailable
      ? {
          code: 'archive_unavailable',
          detail: `no node has the delivery ${name} in memory, and Postgres is unreachable`,
        }
      : { code: 'not_found', detail: `there is no delivery ${name}` },
  };
}
