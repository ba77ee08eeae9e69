import type { Payload, Sender } from './commands/commands.ts';

/** A committed message. `seq` starts at 1 and has no gaps, per session. */
export interface Message {
  readonly id: string;
  readonly sessionId: string;
  readonly seq: number;
  readonly sender: Sender;
  readonly kind: string;
  readonly payload: Payload;
  readonly insertedAtMs: number;
}

/** What the agent is doing for a session. `epoch` grows by one with every new piece of work. */
export type DispatchState =
  | { readonly status: 'idle'; readonly epoch: number }
  | {
      readonly status: 'waiting';
      readonly epoch: number;
      /** Attempts already made; 0: none. */
      readonly attempt: number;
      readonly dueAtMs: number;
      /** Further messages of the user push dueAtMs, never beyond this. */
      readonly dueByMs: number;
      /** Why the last attempt failed, when there was one. */
      readonly error: string | null;
    }
  | {
      readonly status: 'running';
      readonly epoch: number;
      readonly attempt: number;
      readonly startedAtMs: number;
      /** The newest user message that this call has seen; a later one makes new work when it ends. */
      readonly throughSeq: number;
    }
  | {
      readonly status: 'failed';
      readonly epoch: number;
      readonly attempt: number;
      readonly error: string;
    };

/** What the agent is doing for a session. */
export type DispatchStatus = DispatchState['status'];

/** An erased session is a tombstone: known to inboxes and the archive until both have it, and to no others. */
export type SessionStatus = 'active' | 'archived' | 'erased';

/** One conversation. Mutable inside `apply` only; all others see it read-only. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly agentId: string;
  readonly metadata: Payload;
  readonly status: SessionStatus;
  readonly lastSeq: number;
  readonly lastReadSeq: number;
  readonly insertedAtMs: number;
  /** Of the newest activity: creation or a message. Reading and archiving are none. */
  readonly updatedAtMs: number;
  /** The inbox's version at the newest activity: sorts an inbox, unique within it; grows, unlike a clock. */
  readonly activity: number;
  /** The inbox's version at the newest change of this session's entry. */
  readonly inboxVersion: number;
  /** Messages of others after lastReadSeq. */
  readonly unreadCount: number;
  /** Tool calls of the agent's last reply wait for the user. */
  readonly awaitsUser: boolean;
  /** The newest message of the user; 0: none yet. */
  readonly lastUserSeq: number;
  readonly dispatch: DispatchState;
  /** Newest user message's debounce, kept for work that starts when a running call ends. */
  readonly debounceMs: number;
  readonly lastMessage: {
    readonly sender: Sender;
    readonly kind: string;
    readonly preview: string;
    readonly insertedAtMs: number;
  } | null;
  /** Everything up to here is in Postgres. Invariant: flushedSeq <= lastSeq. */
  readonly flushedSeq: number;
  /**
   * Grows with every change of what Postgres keeps of a session (created, message, read, archived; not the
   * dispatch); `flushedVersion` is what Postgres has.
   */
  readonly version: number;
  readonly flushedVersion: number;
  /**
   * The newest messages, ascending and gap-free up to lastSeq; exactly those above flushedSeq and, beside them,
   * the newest up to TAIL_MESSAGES_MIN and TAIL_BYTES_MAX; none when it was erased. Decoded on every access: prefer `readMessages` on hot paths.
   */
  readonly tail: readonly Message[];
}

/** Tool calls of the agent's message that wait for the user, or for the work that continues the message. */
export interface OpenRequests {
  readonly names: readonly string[];
  /** Not decided yet. */
  readonly keys: readonly string[];
  /** The response that decided the last of them; 0: some are open. Invariant: 0 exactly when `keys` has any. */
  readonly decidedSeq: number;
}

/** The replicated part of an answer in progress; survives the node that streams it. */
export interface AnswerCheckpoint {
  /** The attempt that streamed it: the newest of its epoch that has streamed anything. */
  readonly attempt: number;
  /** Chunks below this index are in it. */
  readonly index: number;
  /** Opaque to this package: packed chunks, one list after the other. */
  readonly segments: readonly Uint8Array[];
}

/** Of all segments of one answer together. */
export const CHECKPOINT_BYTES_MAX = 1024 * 1024;

/** The kind of a message that stands for a number which may have been given, and lost, before a restore. */
export const VOID_KIND = 'void';
/** The kind of an entry of the agent that changes what it is sent, and that its user does not read. */
export const CONTEXT_KIND = 'context-change';
/** Of one session; more could not be committed at once. */
export const VOID_SEQS_MAX = 1_000;

/** Messages below the watermark that stay in memory for replays and agents' histories, unless they are large. */
export const TAIL_MESSAGES_MIN = 64;
/** With more bytes of messages, older ones below the watermark leave memory, all but the newest message. */
export const TAIL_BYTES_MAX = 1024 * 1024;
/** Client message ids remembered per session, of the user and of the agent each: the deduplication window. */
export const CLIENT_MESSAGE_IDS_MAX = 512;
/** An id that says it was made later than this after the cluster's time says nothing: its maker's clock is wrong. */
export const CLIENT_CLOCK_AHEAD_MAX_MS = 60 * 60_000;
/** Sessions of one user, archived and erased ones included: what is done by walking an inbox stays short. */
export const SESSIONS_PER_USER_MAX = 20_000;
/** Metadata of all sessions of one user, in bytes: it stays in memory on every replica. */
export const METADATA_BYTES_PER_USER_MAX = 64 * 1024 * 1024;

/** An inbox: all sessions of one user, with its own version that grows with every change. */
export interface Inbox {
  readonly userId: string;
  readonly version: number;
  /** Session ids, newest activity first. */
  readonly sessionIds: readonly string[];
}

/** All conversations of one group. Changed by `apply` alone; read through the functions of this package. */
export interface GroupState {
  readonly sessions: ReadonlyMap<string, Session>;
  readonly inboxes: ReadonlyMap<string, Inbox>;
  /** Messages above their session's watermark. */
  readonly flushBacklog: number;
  /**
   * Of messages and client message ids of sessions in memory, as this replica holds them: no part of the state, it may differ
   * between replicas.
   */
  readonly memoryBytes: number;
  /** Grows with every flush. Postgres holds at least this much; one that holds less has gone back in time. */
  readonly archiveMark: number;
}
