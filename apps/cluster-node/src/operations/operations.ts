import type { Message, NewMessage, Payload, Sender, SessionHead } from '@fleetlm/conversation';
import type { Failure } from '@fleetlm/protocol';
import type { AgentFigures, RecordedAttempt } from '../effects/deliveries/index.ts';
import type { AgentLoad } from '../effects/dispatch/index.ts';
import type { Followed, Topic } from '../effects/feed/follow-codec.ts';
import type { LiveAnswer } from '../effects/feed/live-answer.ts';
import type { AgentPatch, AgentRecord } from '../membership/agent-record.ts';
import type { NodeRecord, OperationRecord, RegistryCommand } from '../membership/node-registry.ts';
import type { GroupChange } from '../membership/planner.ts';
import type { SkippedEntry } from '../membership/skipped-entries.ts';
import type { MetricRange } from '../telemetry/metric-history.ts';
import type { NodeMetrics } from './node-metrics.ts';

/**
 * Everything that one node may ask of another. A closed set: what is not here can't be forwarded. Each of them
 * may be carried out twice without harm, so that an attempt whose outcome is not known is made again.
 */
export type Operation =
  | {
      readonly type: 'create-session';
      readonly sessionId: string;
      readonly userId: string;
      readonly agentId: string;
      readonly metadata: Payload;
    }
  | {
      readonly type: 'append';
      readonly sessionId: string;
      readonly sender: Sender;
      readonly clientMessageId: string;
      readonly message: NewMessage;
    }
  | {
      readonly type: 'mark-read';
      readonly sessionId: string;
      readonly userId: string;
      readonly lastSeq: number;
    }
  | { readonly type: 'archive-session'; readonly sessionId: string }
  | { readonly type: 'erase-session'; readonly sessionId: string }
  | {
      readonly type: 'update-session';
      readonly sessionId: string;
      readonly metadata: Payload | null;
      readonly status: 'active' | 'archived' | null;
    }
  | {
      readonly type: 'retry-dispatch';
      readonly sessionId: string;
      /** Only the turn of this agent that failed under this epoch; null: whatever failed last. */
      readonly failed: { readonly agentId: string; readonly epoch: number } | null;
    }
  | { readonly type: 'stop-answer'; readonly sessionId: string }
  | { readonly type: 'live-answer'; readonly sessionId: string }
  /** The answer in progress as this node, which tells others of it, has it. */
  | { readonly type: 'told-answer'; readonly sessionId: string }
  | {
      readonly type: 'follow';
      readonly group: number;
      readonly subscriber: string;
      readonly number: number;
      readonly topic: Topic;
    }
  | { readonly type: 'get-session'; readonly sessionId: string }
  | {
      readonly type: 'list-sessions';
      readonly group: number;
      readonly userId: string;
      readonly limit: number;
      readonly before: string | null;
    }
  | { readonly type: 'read-messages'; readonly sessionId: string; readonly range: MessageRange }
  | { readonly type: 'create-agent'; readonly agent: AgentRecord }
  | { readonly type: 'patch-agent'; readonly agentId: string; readonly patch: AgentPatch }
  | {
      readonly type: 'rotate-secret';
      readonly agentId: string;
      /** Sealed. */
      readonly secret: string;
      readonly previousUntilMs: number | null;
    }
  /** Nodes and operations, as the system group replicates them. */
  | { readonly type: 'registry'; readonly command: RegistryCommand }
  /** Of the coordinator, under its term: an older one is not listened to. */
  | { readonly type: 'change-group'; readonly term: number; readonly change: GroupChange }
  | {
      readonly type: 'open-replica';
      readonly term: number;
      readonly group: number;
      readonly silentBelow: number;
    }
  | { readonly type: 'close-replica'; readonly term: number; readonly group: number }
  | { readonly type: 'transfer-group'; readonly group: number; readonly to: number }
  | { readonly type: 'snapshot-group'; readonly group: number }
  /** What this node's replica of the group can't apply. */
  | { readonly type: 'group-stall'; readonly group: number }
  /** No replica of the group applies this entry. */
  | ({ readonly type: 'skip-entry' } & Omit<SkippedEntry, 'atMs'>)
  | { readonly type: 'flush' }
  | { readonly type: 'agent-figures'; readonly agentId: string }
  | {
      readonly type: 'recent-deliveries';
      readonly agentId: string;
      /** One turn, then with what went over the wire; null: the newest attempts. */
      readonly delivery: { readonly sessionId: string; readonly epoch: number } | null;
      /** `unwritten`: nothing when all of it is in Postgres. */
      readonly wanted: 'all' | 'unwritten';
    }
  | { readonly type: 'node-metrics'; readonly range: MetricRange; readonly afterMs: number };

/** How an agent does, by what one node has seen. */
export interface AgentNodeFigures extends AgentFigures {
  /** By the node's own clock. */
  readonly atMs: number;
  readonly inFlight: number;
  readonly queued: number;
  /** Turns that wait for another attempt. */
  readonly retrying: number;
  readonly breaker: AgentLoad['breaker'];
}

/** The entry that a replica is stalled at, as operators are shown it. */
export interface StallReport {
  readonly index: number;
  readonly term: number;
  readonly reason: 'unsupported' | 'exception';
  readonly entryType: string | null;
  readonly bytes: number;
  readonly digest: string;
  readonly detail: string;
}

export type OperationType = Operation['type'];

export type MessageRange =
  | { readonly afterSeq: number; readonly limit: number }
  | { readonly beforeSeq: number; readonly limit: number };

/** What an operation came to when it was carried out. */
export type OperationResult =
  | {
      readonly type: 'appended';
      readonly seq: number;
      readonly id: string;
      readonly insertedAtMs: number;
      readonly duplicate: boolean;
    }
  | { readonly type: 'session'; readonly session: SessionHead }
  | { readonly type: 'read'; readonly lastReadSeq: number; readonly session: SessionHead }
  | {
      readonly type: 'sessions';
      readonly sessions: readonly SessionHead[];
      readonly next: string | null;
      readonly version: number;
    }
  | {
      readonly type: 'messages';
      readonly messages: readonly Message[];
      readonly lastSeq: number;
      readonly hasMore: boolean;
    }
  | { readonly type: 'agent'; readonly agent: AgentRecord }
  | { readonly type: 'live-answer'; readonly answer: LiveAnswer | null }
  | { readonly type: 'followed'; readonly nodeId: string; readonly followed: Followed }
  | { readonly type: 'flushed'; readonly rows: number }
  | { readonly type: 'agent-figures'; readonly figures: AgentNodeFigures }
  | {
      readonly type: 'recent-deliveries';
      readonly attempts: readonly RecordedAttempt[];
      readonly unwritten: number;
      readonly dropped: number;
    }
  | { readonly type: 'node-metrics'; readonly metrics: NodeMetrics }
  | { readonly type: 'node'; readonly node: NodeRecord }
  | { readonly type: 'operation'; readonly operation: OperationRecord }
  | { readonly type: 'stall'; readonly stall: StallReport | null }
  | { readonly type: 'done' }
  /** Final and definite: the rules of the conversation, or of the cluster, don't allow it. */
  | ({ readonly type: 'rejected' } & Failure);

/** Why an attempt was refused. Definite: it changed nothing. */
export type RefusalReason =
  | 'not-leader'
  | 'no-quorum'
  | 'overloaded'
  | 'transferring'
  | 'disk-full'
  | 'stopped'
  | 'not-connected'
  | 'not-understood'
  | 'too-large'
  | 'malformed';

export const REFUSAL_REASONS = [
  'not-leader',
  'no-quorum',
  'overloaded',
  'transferring',
  'disk-full',
  'stopped',
  'not-connected',
  'not-understood',
  'too-large',
  'malformed',
] as const satisfies readonly RefusalReason[];

/** How one attempt on one node ended. */
export type Attempt =
  | { readonly status: 'done'; readonly result: OperationResult }
  /** `leader`: the node to ask instead; 0: none is known. */
  | { readonly status: 'refused'; readonly reason: RefusalReason; readonly leader: number }
  | { readonly status: 'unknown' };

/** How a call ended, all attempts taken together. */
export type CallOutcome =
  | { readonly status: 'done'; readonly result: OperationResult }
  | ({ readonly status: 'failed' } & Failure);
