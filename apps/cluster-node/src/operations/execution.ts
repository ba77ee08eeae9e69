import type { Failure, OtherErrorCode } from '@fleetlm/protocol';
import type { DeliveryKeeper } from '../effects/deliveries/index.ts';
import type { DispatchEngine } from '../effects/dispatch/index.ts';
import type { Feed } from '../effects/feed/feed.ts';
import type { Flusher } from '../effects/flusher/index.ts';
import type { AgentRecord, Archive } from '../effects/ports.ts';
import type { Groups, Proposed } from '../groups/groups.ts';
import type { GroupChange } from '../membership/planner.ts';
import type { MetricRange } from '../telemetry/metric-history.ts';
import type { NodeMetrics } from './node-metrics.ts';
import type { Attempt, RefusalReason, StallReport } from './operations.ts';

/** What carrying out needs from the rest of the node; given by main.ts. */
export interface ExecutionPorts {
  readonly self: string;
  readonly groups: Groups;
  readonly feed: Pick<Feed, 'follow' | 'liveAnswer'>;
  readonly archive: Archive;
  readonly dispatch: Pick<DispatchEngine, 'stopAnswer' | 'liveAnswer' | 'hold' | 'agentLoads'>;
  readonly flusher: Pick<Flusher, 'flushNow' | 'hydrate'>;
  readonly deliveries: Pick<DeliveryKeeper, 'log' | 'figures' | 'stats' | 'flush'>;
  readonly agent: (agentId: string) => AgentRecord | null;
  /** As far as this node knows; 0: nobody. */
  readonly leaderOf: (group: number) => number;
  readonly isReadyLeader: (group: number) => boolean;
  readonly transferLeadership: (group: number, to: number) => void;
  readonly snapshotGroup: (group: number) => void;
  /** The newest term of the system group that this node knows. */
  readonly systemTerm: () => number;
  readonly changeGroup: (change: GroupChange, done: (outcome: GroupChanged) => void) => void;
  readonly openReplica: (group: number, silentBelow: number) => Promise<void>;
  /** False: it is a member of its group. */
  readonly closeReplica: (group: number) => Promise<boolean>;
  /** Null: the replica here applies what is committed, or there is none. */
  readonly stallOf: (group: number) => StallReport | null;
  /** What this node has kept of itself, later than a moment. */
  readonly nodeMetrics: (range: MetricRange, afterMs: number) => NodeMetrics;
  readonly wallClockMs: () => number;
  readonly onError: (error: unknown) => void;
}

/** How a change of a group's members on this node ended. */
export type GroupChanged =
  | { readonly status: 'committed' }
  /** The group is not as the coordinator thought, or a replica is not as far as it must be. */
  | { readonly status: 'not-allowed'; readonly detail: string }
  | { readonly status: 'refused'; readonly reason: RefusalReason; readonly leader: number }
  | { readonly status: 'unknown' };

export type Done = (attempt: Attempt) => void;

export const DONE: Attempt = { status: 'done', result: { type: 'done' } };

export function notLeader(leader: number): Attempt {
  return { status: 'refused', reason: 'not-leader', leader };
}

export function rejected(code: OtherErrorCode, detail: string): Attempt {
  return { status: 'done', result: { type: 'rejected', code, detail } };
}

const FAILED_HERE = rejected(
  'internal',
  'the node that carried it out failed at it; it may or may not have been done',
);

/**
 * Runs a part of an operation: at once, or as a callback. An exception ends this operation only, with an answer.
 * `done` may be called a second time for it; only the first counts (see `executeOperation`).
 */
export function attempting<A extends readonly unknown[]>(
  { onError }: Pick<ExecutionPorts, 'onError'>,
  done: Done,
  work: (...args: A) => void,
): (...args: A) => void {
  return (...args) => {
    try {
      work(...args);
    } catch (error) {
      onError(error);
      done(FAILED_HERE);
    }
  };
}

/** Goes on with what a promise resolves to. A rejection, or an exception behind it, leaves the outcome unknown. */
export function settle<T>(
  work: Promise<T>,
  { onError }: Pick<ExecutionPorts, 'onError'>,
  done: Done,
  use: (value: T) => void,
  failure: Attempt = { status: 'unknown' },
): void {
  work.then(use).catch((error: unknown) => {
    onError(error);
    done(failure);
  });
}

/** It is the fault of the request: some field of it. */
export function rejectedBy(failure: Failure): Attempt {
  return { status: 'done', result: { type: 'rejected', ...failure } };
}

/** `reply` turns what the machine said into the attempt's end. */
export function attemptOf<R>(outcome: Proposed<R>, reply: (reply: R) => Attempt): Attempt {
  switch (outcome.status) {
    case 'committed':
      return reply(outcome.reply);
    case 'refused':
      return { status: 'refused', reason: outcome.reason, leader: outcome.leader };
    case 'unknown':
      return outcome;
    default:
      return outcome satisfies never;
  }
}
