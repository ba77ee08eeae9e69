import type { DispatchState, Message, Sender, Session } from '@fleetlm/conversation';
import type { ErrorCode } from '@fleetlm/protocol';
import type { AgentRecord } from '../effects/ports.ts';
import type { Chunk } from '../effects/dispatch/dispatch-api.ts';

/** A session without its messages, as it travels between nodes and to the edge. */
export type SessionView = Omit<Session, 'tail'>;

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: RuntimeError };

export interface RuntimeError {
  readonly code: ErrorCode;
  readonly detail: string;
}

export interface AppendInput {
  readonly sessionId: string;
  readonly sender: Sender;
  readonly kind: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Null: the runtime makes one, so that forwarding may be retried without a second message. */
  readonly clientMessageId: string | null;
}

export interface Appended {
  readonly seq: number;
  readonly id: string;
  readonly insertedAtMs: number;
  readonly duplicate: boolean;
  /** Null only for a duplicate whose message can't be read now. */
  readonly message: Message | null;
}

export interface MessagePage {
  readonly messages: readonly Message[];
  readonly lastSeq: number;
  readonly hasMore: boolean;
}

/** What a subscriber of a session is told, in this order of seq; the sink must not block. */
export type SessionEvent =
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'chunk'; readonly epoch: number; readonly attempt: number; readonly index: number; readonly chunk: Chunk }
  | { readonly type: 'status'; readonly dispatch: DispatchState }
  | { readonly type: 'read'; readonly lastReadSeq: number }
  | { readonly type: 'resync'; readonly reason: string };

export type InboxEvent =
  | { readonly type: 'delta'; readonly version: number; readonly sessions: readonly SessionView[] }
  | { readonly type: 'resync'; readonly reason: string };

export interface Subscription {
  close(): void;
}

/** The only door of the engine: the edge (REST, sockets) sees this and nothing behind it. */
export interface Runtime {
  createSession(input: { readonly userId: string; readonly agentId: string; readonly metadata: Readonly<Record<string, unknown>> }): Promise<Result<SessionView>>;
  /** Linearizable: sees everything acknowledged before the call. */
  getSession(sessionId: string): Promise<Result<SessionView>>;
  listSessions(input: { readonly userId: string; readonly limit: number; readonly before: string | null }): Promise<Result<{ readonly sessions: readonly SessionView[]; readonly next: string | null; readonly version: number }>>;
  archiveSession(sessionId: string): Promise<Result<SessionView>>;
  append(input: AppendInput): Promise<Result<Appended>>;
  readMessages(input: { readonly sessionId: string; readonly afterSeq: number; readonly limit: number } | { readonly sessionId: string; readonly beforeSeq: number; readonly limit: number }): Promise<Result<MessagePage>>;
  markRead(input: { readonly sessionId: string; readonly userId: string; readonly lastSeq: number }): Promise<Result<{ readonly lastReadSeq: number; readonly session: SessionView }>>;
  stop(sessionId: string): Promise<Result<null>>;
  retry(sessionId: string): Promise<Result<null>>;
  /** The answer in progress from its first chunk; null when none is. */
  liveAnswer(sessionId: string): Promise<Result<{ readonly epoch: number; readonly attempt: number; readonly chunks: readonly Chunk[] } | null>>;
  /** Events of a session on this node from now on; take the subscription before reading, merge by seq. */
  subscribeSession(sessionId: string, sink: (event: SessionEvent) => void): Subscription;
  subscribeInbox(userId: string, sink: (event: InboxEvent) => void): Subscription;

  listAgents(): readonly AgentRecord[];
  getAgent(agentId: string): AgentRecord | null;
  putAgent(agent: AgentRecord, mode: 'create' | 'update'): Promise<Result<AgentRecord>>;

  readiness(): { readonly ready: boolean; readonly reasons: readonly string[] };
  /** For operators: this node's own view; the admin gateway merges those of all nodes. */
  admin: AdminRuntime;
}

export interface AdminRuntime {
  cluster(): Promise<ClusterView>;
  transferGroup(group: number, toNodeId: string): Promise<Result<null>>;
  snapshotGroup(group: number): Promise<Result<null>>;
  flush(): Promise<Result<{ readonly rows: number }>>;
  drain(nodeId: string): Promise<Result<null>>;
  subscribeEvents(sink: (event: ClusterEvent) => void): Subscription;
}

export interface ClusterView {
  readonly clusterId: string;
  readonly reportedBy: string;
  readonly atMs: number;
  readonly nodes: readonly NodeView[];
  readonly groups: readonly GroupView[];
}

export interface NodeView {
  readonly nodeId: string;
  /** 'unknown': no word from it yet since this node started; never shown as 0 or down. */
  readonly state: 'up' | 'down' | 'unknown';
  readonly leaders: number | null;
  readonly replicas: number | null;
  readonly eventLoopDelayP99Ms: number | null;
  readonly walSyncP99Ms: number | null;
  readonly flushBacklog: number | null;
  readonly databaseUp: boolean | null;
  readonly rssBytes: number | null;
  readonly uptimeMs: number | null;
  /** Age of the figures in milliseconds; null: none yet. */
  readonly ageMs: number | null;
}

export interface GroupView {
  readonly group: number;
  readonly leaderNodeId: string | null;
  readonly term: number;
  readonly voters: readonly string[];
  readonly replicas: readonly {
    readonly nodeId: string;
    readonly role: 'leader' | 'follower' | 'candidate' | 'unknown';
    readonly term: number | null;
    readonly lastIndex: number | null;
    readonly commit: number | null;
    readonly applied: number | null;
  }[];
  readonly flushBacklog: number | null;
}

export interface ClusterEvent {
  readonly atMs: number;
  readonly nodeId: string;
  readonly kind: 'leader-elected' | 'node-up' | 'node-down' | 'flush-failed' | 'flush-recovered' | 'dispatch-failed' | 'snapshot-saved' | 'snapshot-installed' | 'peer-refused';
  readonly group: number | null;
  readonly detail: string;
}
