import type { ErrorCode } from '@fleetlm/protocol';
import type { DeliveryKeeper } from '../effects/deliveries/index.ts';
import type { DispatchEngine } from '../effects/dispatch/index.ts';
import type { Feed } from '../effects/feed/feed.ts';
import type { Flusher } from '../effects/flusher/index.ts';
import type { AgentRecord, Archive } from '../effects/ports.ts';
import type { Groups, Proposed } from '../groups/groups.ts';
import type { MetricRange } from '../telemetry/metric-history.ts';
import type { NodeMetrics } from './node-metrics.ts';
import type { Attempt } from './operations.ts';

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
  /** What this node has kept of itself, later than a moment. */
  readonly nodeMetrics: (range: MetricRange, afterMs: number) => NodeMetrics;
  readonly wallClockMs: () => number;
  readonly onError: (error: unknown) => void;
}

export type Done = (attempt: Attempt) => void;

export const DONE: Attempt = { status: 'done', result: { type: 'done' } };

export function notLeader(leader: number): Attempt {
  return { status: 'refused', reason: 'not-leader', leader };
}

export function rejected(code: ErrorCode, detail: string): Attempt {
  return { status: 'done', result: { type: 'rejected', code, detail } };
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
