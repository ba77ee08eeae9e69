import type { Failure, OtherErrorCode } from '@fleetlm/protocol';
import type { IncomingBlobs } from '../blobs/incoming-blobs.ts';
import type { LocalBlobs } from '../blobs/local-blobs.ts';
import type { DeliveryRecorder } from '../effects/deliveries/index.ts';
import type { DispatchEngine } from '../effects/dispatch/index.ts';
import type { Feed } from '../effects/feed/feed.ts';
import type { Flusher } from '../effects/flusher/index.ts';
import type { AgentRecord, Archive } from '../effects/ports.ts';
import type { Groups } from '../groups/groups.ts';
import type { GroupChange } from '../membership/planner.ts';
import {
  type NodeRefusal,
  type Ok,
  type Outcome,
  ok,
  type Refused,
  refused,
  UNKNOWN,
  type Unknown,
} from '../outcome.ts';
import type { MetricRange } from '../telemetry/metric-history.ts';
import type { NodeMetrics } from './node-metrics.ts';
import type { OperationType, ResultOf, StallReport } from './operations.ts';

/** What the executors of operations need from the rest of the node. Built once, when the node is composed. */
export interface ExecutionPorts {
  readonly self: string;
  readonly groups: Groups;
  readonly feed: Pick<Feed, 'follow' | 'liveAnswer'>;
  readonly archive: Archive;
  readonly dispatch: Pick<DispatchEngine, 'stopAnswer' | 'liveAnswer' | 'hold' | 'agentLoads'>;
  readonly flusher: Pick<Flusher, 'flushNow' | 'hydrate'>;
  readonly deliveries: Pick<DeliveryRecorder, 'log' | 'attempts' | 'stats' | 'flush'>;
  /** Files on this node's disk. */
  readonly blobs: { readonly local: LocalBlobs; readonly incoming: IncomingBlobs };
  readonly agent: (agentId: string) => AgentRecord | null;
  /** Why a turn of the agent is refused today, for its user; null: it is not. */
  readonly budgetRefusal: (agent: AgentRecord) => string | null;
  /** Whether nothing of the user may be erased. */
  readonly isHeld: (userId: string) => boolean;
  /** As far as this node knows; 0: none. */
  readonly leaderOf: (group: number) => number;
  readonly isReadyLeader: (group: number) => boolean;
  readonly transferLeadership: (group: number, to: number) => void;
  readonly snapshotGroup: (group: number) => void;
  /** The newest term of the system group that this node knows. */
  readonly systemTerm: () => number;
  readonly changeGroup: (change: GroupChange, done: Done<'change-group'>) => void;
  readonly openReplica: (group: number, nonVotingBelow: number) => Promise<void>;
  /** False: it is a member of its group. */
  readonly closeReplica: (group: number) => Promise<boolean>;
  /** Null: the replica here applies what is committed, or there is none. */
  readonly stallOf: (group: number) => StallReport | null;
  /** What this node has kept of itself, later than a moment. */
  readonly nodeMetrics: (range: MetricRange, afterMs: number) => NodeMetrics;
  readonly wallClockMs: () => number;
  readonly onError: (error: unknown) => void;
}

/** How one attempt on one node ended: a refusal is the node's, or one that no other node would decide otherwise. */
export type Attempt<T = unknown> = Outcome<T, NodeRefusal | Failure>;
export type Done<T extends OperationType> = (attempt: Attempt<ResultOf<T>>) => void;

export const DONE: Ok<null> = ok(null);

export function notLeader(leader: number): Refused<NodeRefusal> {
  return { status: 'refused', code: 'not-leader', leader };
}

export function rejected(code: OtherErrorCode, detail: string): Refused {
  return refused({ code, detail });
}

export function isNodeRefusal(
  refusal: Refused<NodeRefusal | Failure>,
): refusal is Refused<NodeRefusal> {
  return 'leader' in refusal;
}

const FAILED_HERE: Unknown = {
  status: 'unknown',
  failure: {
    code: 'internal',
    detail: 'the node that executed it failed; it may or may not have been done',
  },
};

/**
 * Runs a part of an operation: at once, or as a callback. An exception ends this operation only, with an answer.
 * `done` may be called a second time for it; only the first counts (see `executeOperation`).
 */
export function attempting<A extends readonly unknown[]>(
  { onError }: Pick<ExecutionPorts, 'onError'>,
  done: (attempt: Unknown) => void,
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

/** Continues with what a promise resolves to. A rejection, or an exception behind it, leaves the outcome unknown. */
export function settle<T, F extends Refused | Unknown = Unknown>(
  work: Promise<T>,
  { onError }: Pick<ExecutionPorts, 'onError'>,
  done: (attempt: F | Unknown) => void,
  use: (value: T) => void,
  failure: F | Unknown = UNKNOWN,
): void {
  work.then(use).catch((error: unknown) => {
    onError(error);
    done(failure);
  });
}
