import type { HeadFieldOf, Message, PublicName, Sender, SessionHead } from '@fleetlm/conversation';
import type { ClusterSnapshot } from '@fleetlm/protocol';
import type { BlobService } from '../blobs/blob-service.ts';
import type { OperationsRuntime } from '../control/cluster-operations.ts';
import type { ReadinessState } from '../control/readiness.ts';
import type { ClusterEvent } from '../control/reports/cluster-view.ts';
import type { TestCall, TestedAgent, TestReport } from '../effects/dispatch/index.ts';
import type {
  InboxEvent,
  LiveSubscription,
  SessionEvent,
  Subscription,
} from '../effects/feed/feed-events.ts';
import type { LiveAnswer } from '../effects/feed/live-answer.ts';
import type { FoundMessage, MessageSearch } from '../effects/ports.ts';
import type { FeedbackStore } from '../effects/records/index.ts';
import type { AgentPatch, AgentRecord } from '../membership/agent-record.ts';
import type { OperationError } from '../operations/operation-errors.ts';
import type { StallReport } from '../operations/operations.ts';
import type { Result } from '../outcome.ts';
import type { MetricRange } from '../telemetry/metric-history.ts';
import type { AgentStats } from './agent-stats.ts';
import type { ClusterMetrics } from './cluster-metrics.ts';
import type { ContextRuntime } from './contexts-api.ts';
import type { DeliveriesRuntime } from './deliveries-api.ts';
import type { EventsRuntime } from './events-api.ts';
import type { PrivacyRuntime } from './privacy.ts';
import type { UsageRuntime } from './usage.ts';

export type { DispatchState, Message, Sender } from '@fleetlm/conversation';
export type { OpenedBlob, StoredBlob } from '../blobs/blob-service.ts';
export type { OperationRequest } from '../control/cluster-operations.ts';
export type { ReadinessState } from '../control/readiness.ts';
export type { ClusterEvent } from '../control/reports/cluster-view.ts';
export { percentilesOf } from '../effects/deliveries/index.ts';
export type { Chunk } from '../effects/dispatch/dispatch-api.ts';
export type { TestCall, TestedAgent, TestReport } from '../effects/dispatch/index.ts';
export type {
  InboxEvent,
  LiveSubscription,
  SessionEvent,
  Subscription,
} from '../effects/feed/feed-events.ts';
export type { LiveAnswer } from '../effects/feed/live-answer.ts';
export type { FoundMessage, MessageSearch } from '../effects/ports.ts';
export type {
  Feedback,
  FeedbackPlace,
  PrivacyRecord,
  UserUsage,
} from '../effects/records/index.ts';
export type { AgentPatch, AgentRecord } from '../membership/agent-record.ts';
export type { Result } from '../outcome.ts';
export type { AgentStats } from './agent-stats.ts';
export type { ClusterMetrics } from './cluster-metrics.ts';
export type { SessionContext } from './contexts-api.ts';
export {
  type DeadLetter,
  eventIdOf,
  type SubscriptionPatch,
  type SubscriptionRecord,
} from './events-api.ts';
export type { LegalHold } from './privacy.ts';
export type { AgentUsage } from './usage.ts';

/** A session without its messages, as it travels between nodes and to the edge. */
export type SessionView = SessionHead;
/** The names of the fields that answers show of a session. */
export type SessionAnswerField = PublicName<HeadFieldOf<'answer'>>;

export interface SessionUpdate {
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly status: 'active' | 'archived' | null;
}

export interface AppendInput {
  readonly sessionId: string;
  readonly sender: Sender;
  readonly kind: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Null: the runtime makes one, so that forwarding may be retried without a second message. */
  readonly clientMessageId: string | null;
  /** Refused with `conflict` when the newest seq is another one. */
  readonly expectedSeq?: number | undefined;
}

export interface Appended {
  readonly seq: number;
  readonly id: string;
  readonly insertedAtMs: number;
  readonly duplicate: boolean;
  /** Null for a duplicate: the first message has to be read, where it is wanted. */
  readonly message: Message | null;
}

export interface MessagePage {
  readonly messages: readonly Message[];
  readonly lastSeq: number;
  readonly hasMore: boolean;
}

export interface SessionsPage {
  readonly sessions: readonly SessionView[];
  readonly next: string | null;
  /** Of the inbox. */
  readonly version: number;
}

/** Each is answered by Postgres, or with `archive_unavailable`. */
export type FeedbackRuntime = Pick<
  FeedbackStore,
  'keep' | 'withdraw' | 'ofSession' | 'ofAgent' | 'counts'
>;

/** The only door of the engine: the edge (REST, sockets) sees this and nothing behind it. */
export interface Runtime {
  /** The group that holds a user's sessions. */
  groupOfUser(userId: string): number;
  createSession(input: {
    /** Null or left out: a new one. With an id the call may be repeated; `conflict` when it is another session. */
    readonly sessionId?: string | null;
    readonly userId: string;
    readonly agentId: string;
    readonly metadata: Readonly<Record<string, unknown>>;
  }): Promise<Result<SessionView, OperationError<'create-session'>>>;
  /** Linearizable: sees everything acknowledged before the call. */
  getSession(sessionId: string): Promise<Result<SessionView, OperationError<'get-session'>>>;
  listSessions(input: {
    readonly userId: string;
    readonly limit: number;
    readonly before: string | null;
  }): Promise<Result<SessionsPage, OperationError<'list-sessions'>>>;
  archiveSession(
    sessionId: string,
  ): Promise<Result<SessionView, OperationError<'archive-session'>>>;
  /** For good: all that was written in it, here and in the archive. */
  eraseSession(sessionId: string): Promise<Result<null, OperationError<'erase-session'>>>;
  /** What is null stays as it is. */
  updateSession(
    sessionId: string,
    update: SessionUpdate,
  ): Promise<Result<SessionView, OperationError<'update-session'>>>;
  /** In the archive: what is not flushed yet is not found. Newest first. */
  searchMessages(
    search: MessageSearch,
  ): Promise<Result<readonly FoundMessage[], 'archive_unavailable'>>;
  append(input: AppendInput): Promise<Result<Appended, OperationError<'append'>>>;
  readMessages(
    input:
      | { readonly sessionId: string; readonly afterSeq: number; readonly limit: number }
      | { readonly sessionId: string; readonly beforeSeq: number; readonly limit: number },
  ): Promise<Result<MessagePage, OperationError<'read-messages'>>>;
  markRead(input: {
    readonly sessionId: string;
    readonly userId: string;
    readonly lastSeq: number;
  }): Promise<
    Result<
      { readonly lastReadSeq: number; readonly session: SessionView },
      OperationError<'mark-read'>
    >
  >;
  /** Also when nothing is left to stop. */
  stop(
    sessionId: string,
  ): Promise<Result<null, Exclude<OperationError<'stop-answer'>, 'conflict'>>>;
  retry(sessionId: string): Promise<Result<null, OperationError<'retry-dispatch'>>>;
  /** The answer in progress from its first chunk; null when none is. */
  liveAnswer(sessionId: string): Promise<Result<LiveAnswer | null, never>>;
  /** Events of a session from now on: take the subscription, wait until it is ready, then read, and merge by seq. */
  subscribeSession(sessionId: string, sink: (event: SessionEvent) => void): LiveSubscription;
  subscribeInbox(userId: string, sink: (event: InboxEvent) => void): LiveSubscription;

  /** As far as this node has applied. */
  listAgents(): readonly AgentRecord[];
  getAgent(agentId: string): AgentRecord | null;
  /** Waits until this node knows every registration that was acknowledged before the call. */
  catchUpAgents(): Promise<Result<null, 'no_quorum'>>;
  /** `secret` is given in the clear, and sealed before it leaves this node. */
  createAgent(
    agent: Omit<AgentRecord, 'previousSecret'>,
  ): Promise<Result<AgentRecord, OperationError<'create-agent'>>>;
  /** In the clear: the same one for the same texts, on every node. */
  signingSecretOf(from: readonly string[]): string;
  /** Whether the agent's calls are signed with it. */
  hasSigningSecret(agent: AgentRecord, secret: string): boolean;
  /** Changes the fields that the patch has. */
  patchAgent(
    agentId: string,
    patch: AgentPatch,
  ): Promise<Result<AgentRecord, OperationError<'patch-agent'>>>;
  /** A new signing secret; calls are signed with the one before it, too, for `overlapMs`. */
  rotateSecret(
    agentId: string,
    overlapMs: number,
  ): Promise<
    Result<
      { readonly secret: string; readonly previousUntilMs: number | null },
      OperationError<'rotate-secret'>
    >
  >;

  /** Takes the registration away; its sessions stay, and have no agent. */
  deleteAgent(agentId: string): Promise<Result<AgentRecord, OperationError<'delete-agent'>>>;

  /** How an agent does, by what the nodes that can be reached have seen. */
  agentStats(agentId: string): Promise<AgentStats>;
  /**
   * One call to an agent, to see what it does. At another origin than its registered one it is sent neither its headers
   * nor its signature, only one of a secret made up. `conflict`: its signing secret can't be read here.
   */
  testAgent(
    agent: AgentRecord,
    address: Pick<TestedAgent, 'originUrl' | 'webhookPath'>,
    conversation: Pick<TestCall, 'sessionId' | 'earlier' | 'text'>,
  ): Promise<Result<TestReport, 'conflict' | 'overloaded'>>;
  /** Null: a secret is made up. */
  testNewAgent(
    agent: TestedAgent,
    secret: string | null,
    text: string,
  ): Promise<Result<TestReport, 'overloaded'>>;

  readiness(): ReadinessState;
  /** Files of conversations. */
  readonly blobs: BlobsRuntime;
  /** For owners of agents: what became of the calls to them. */
  readonly deliveries: DeliveriesRuntime;
  /** What agents are sent of conversations. */
  readonly contexts: ContextRuntime;
  /** What users think of replies. */
  readonly feedback: FeedbackRuntime;
  /** For owners of agents: what their replies cost. */
  readonly usage: UsageRuntime;
  /** What is done with the data of users. */
  readonly privacy: PrivacyRuntime;
  /** For the backend of a product: what happened in all conversations. */
  readonly events: EventsRuntime;
  /** For operators: what all nodes report, as this node has received it. */
  readonly admin: AdminRuntime;
}

export type BlobsRuntime = Pick<
  BlobService,
  'create' | 'openUpload' | 'upload' | 'link' | 'openDownload' | 'open' | 'remove'
>;

export interface StalledReplica extends StallReport {
  readonly nodeId: string;
}

export interface AdminRuntime {
  cluster(): ClusterSnapshot;
  transferGroup(
    group: number,
    toNodeId: string,
  ): Promise<Result<null, 'not_found' | OperationError<'transfer-group'>>>;
  snapshotGroup(
    group: number,
  ): Promise<Result<null, 'not_found' | OperationError<'snapshot-group'>>>;
  /** The replicas of a group that are stalled, as far as nodes can be reached. */
  stalls(group: number): Promise<readonly StalledReplica[]>;
  /** Has every replica skip the entry that all of them are stalled at. `conflict`: they are not. */
  revive(
    group: number,
    entry: Pick<StallReport, 'index' | 'term' | 'digest'>,
    by: string,
  ): Promise<Result<null, 'not_found' | OperationError<'skip-entry'>>>;
  flush(): Promise<Result<{ readonly rows: number }, OperationError<'flush'>>>;
  readonly operations: OperationsRuntime;
  /** What each node has kept of itself, later than `afterMs` (Unix milliseconds). */
  metrics(range: MetricRange, afterMs: number): Promise<ClusterMetrics>;
  /** As this node has received them since it started, newest first. */
  recentEvents(): readonly ClusterEvent[];
  subscribeEvents(sink: (event: ClusterEvent) => void): Subscription;
}
