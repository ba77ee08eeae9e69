import type { RecordedAttempt } from '../effects/deliveries/index.ts';
import { attempting, type Done, type ExecutionPorts } from './execution.ts';
import type { Operation } from './operations.ts';

/** Attempts of one agent that a node tells another one of; the newest. */
const ATTEMPTS_MAX = 1_000;
/** What was reported a moment ago is written first, so that it can be read in one place; for so long. */
const WRITE_LIMIT_MS = 1_000;

/** What this node still holds in memory of calls to an agent. */
export function executeRecentDeliveries(
  operation: Extract<Operation, { type: 'recent-deliveries' }>,
  { deliveries, onError }: Pick<ExecutionPorts, 'deliveries' | 'onError'>,
  done: Done,
): void {
  const { agentId, delivery, wanted } = operation;
  const answer = (): void => {
    const { unwritten, dropped } = deliveries.stats;
    const isWanted = wanted === 'all' || unwritten > 0;
    const attempts = isWanted ? attemptsOf() : [];
    done({
      status: 'done',
      result: { type: 'recent-deliveries', attempts, unwritten, dropped },
    });
  };
  const attemptsOf = (): readonly RecordedAttempt[] =>
    delivery === null
      ? deliveries.log
          .recent(agentId, ATTEMPTS_MAX)
          .map((attempt) => ({ ...attempt, request: null, response: null }))
      : deliveries.log.ofDelivery(agentId, delivery.sessionId, delivery.epoch);
  if (wanted === 'all' || deliveries.stats.unwritten === 0) {
    answer();
    return;
  }
  deliveries
    .flush(WRITE_LIMIT_MS)
    .catch(onError)
    .then(attempting({ onError }, done, answer))
    .catch(onError);
}

/** How an agent does, by what this node has seen. */
export function executeAgentFigures(
  agentId: string,
  { deliveries, dispatch, wallClockMs }: ExecutionPorts,
  done: Done,
): void {
  const atMs = wallClockMs();
  // An agent without calls here has no load.
  const load = dispatch.agentLoads().find((known) => known.agentId === agentId);
  const figures = {
    ...deliveries.figures.of(agentId, atMs),
    atMs,
    inFlight: load?.running ?? 0,
    queued: load?.queued ?? 0,
    retrying: deliveries.log.retrying(agentId),
    breaker: load?.breaker ?? 'closed',
  };
  done({ status: 'done', result: { type: 'agent-figures', figures } });
}
