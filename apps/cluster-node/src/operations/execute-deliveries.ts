import type { RecordedAttempt } from '../effects/deliveries/index.ts';
import { ok } from '../outcome.ts';
import { attempting, type Done, type ExecutionPorts } from './execution.ts';
import type { OperationOf } from './operations.ts';

/** Attempts of one agent that a node sends another one; the newest. */
const ATTEMPTS_MAX = 1_000;
/** What was reported a moment ago is written first, so that it can be read in one place; for so long. */
const WRITE_LIMIT_MS = 1_000;

/** What this node still holds in memory of calls to an agent. */
export function executeRecentDeliveries(
  operation: OperationOf<'recent-deliveries'>,
  { deliveries, onError }: Pick<ExecutionPorts, 'deliveries' | 'onError'>,
  done: Done<'recent-deliveries'>,
): void {
  const { agentId, delivery, wanted } = operation;
  const answer = (): void => {
    const { unwritten, dropped } = deliveries.stats;
    const isWanted = wanted === 'all' || unwritten > 0;
    const attempts = isWanted ? attemptsOf() : [];
    done(ok({ attempts, unwritten, dropped }));
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
export function executeAgentNodeStats(
  { agentId }: OperationOf<'agent-node-stats'>,
  { deliveries, dispatch, wallClockMs }: ExecutionPorts,
  done: Done<'agent-node-stats'>,
): void {
  const atMs = wallClockMs();
  // An agent without calls here has no load.
  const load = dispatch.agentLoads().find((known) => known.agentId === agentId);
  done(
    ok({
      ...deliveries.attempts.of(agentId, atMs),
      atMs,
      inFlight: load?.running ?? 0,
      queued: load?.queued ?? 0,
      retrying: deliveries.log.retrying(agentId),
      breaker: load?.breaker ?? 'closed',
    }),
  );
}
