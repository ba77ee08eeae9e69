import type { SessionSnapshot } from '../snapshot/session-snapshot.ts';

/** The version in front of every command in the log. Raised in two releases: one that reads it, and the next one writes it. */
export const COMMAND_VERSION = 1;

/** Opaque to this package: UTF-8 JSON of `{"content": {...}, "metadata": {...}}`. */
export type Payload = Uint8Array;

/** A message that is to be appended. Its seq is given when the command is applied. */
export interface NewMessage {
  /** UUIDv7. */
  readonly id: string;
  readonly kind: string;
  readonly payload: Payload;
  /** The first characters as a user would read them, for the inbox. */
  readonly preview: string;
  /** Of a message of the agent: what it leaves for its user to decide. */
  readonly requests?: ToolRequests;
  /** Of a message of the user: what it decides. */
  readonly response?: ToolResponse;
}

/** Tool calls that wait for the user: the agent is called again when all of them are decided. */
export interface ToolRequests {
  /** The names of the message; a response says one of them. */
  readonly names: readonly string[];
  /** One for every decision, opaque to this package. */
  readonly keys: readonly string[];
}

/** Decisions about tool calls of one message. */
export interface ToolResponse {
  readonly name: string;
  readonly keys: readonly string[];
}

/** What a user's message does to an answer that is being given: the agent's choice. */
export const WHILE_ANSWERING = ['queue', 'interrupt', 'reject', 'merge'] as const;
export type WhileAnswering = (typeof WHILE_ANSWERING)[number];

/** The answer that the leader held up when it proposed a message that may end it. */
export interface HeldAnswer {
  readonly epoch: number;
  readonly attempt: number;
  /** What has been streamed so far, sealed; null: nothing yet. */
  readonly partial: NewMessage | null;
}

/** Who wrote a message: the user of the session, or its agent. */
export type Sender =
  | { readonly type: 'user'; readonly id: string }
  | { readonly type: 'agent'; readonly id: string };

/**
 * Everything that can change a group of conversations. A command carries all that is not deterministic
 * (time, ids), chosen by the leader when it proposes. Times are Unix milliseconds.
 */
export type Command =
  | {
      readonly type: 'create-session';
      readonly sessionId: string;
      readonly userId: string;
      readonly agentId: string;
      /** UTF-8 JSON object. */
      readonly metadata: Payload;
      readonly timeMs: number;
    }
  | {
      readonly type: 'append-message';
      readonly sessionId: string;
      readonly sender: Sender;
      /** Never empty: the edge makes one when the client sent none, so that forwarding may be retried. */
      readonly clientMessageId: string;
      readonly message: NewMessage;
      /** How long the agent's work waits for further messages of the user, in milliseconds. */
      readonly debounceMs: number;
      readonly whileAnswering: WhileAnswering;
      /** The newest seq that its sender knows: refused when there is a later one. Left out: whatever it is. */
      readonly expectedSeq?: number;
      /** Null: nothing is to be ended by this message. */
      readonly held: HeldAnswer | null;
      readonly timeMs: number;
    }
  | {
      readonly type: 'mark-read';
      readonly sessionId: string;
      readonly userId: string;
      readonly lastSeq: number;
      readonly timeMs: number;
    }
  | { readonly type: 'archive-session'; readonly sessionId: string; readonly timeMs: number }
  /** For good: messages, metadata and everything else that users wrote. */
  | { readonly type: 'erase-session'; readonly sessionId: string; readonly timeMs: number }
  /** Null: as it is. */
  | {
      readonly type: 'update-session';
      readonly sessionId: string;
      /** UTF-8 JSON object; replaces what was there. */
      readonly metadata: Payload | null;
      readonly status: 'active' | 'archived' | null;
      readonly timeMs: number;
    }
  /** The leader calls the agent now. Also taken by a new leader for work that was running: attempt + 1. */
  | {
      readonly type: 'start-dispatch';
      readonly sessionId: string;
      readonly epoch: number;
      readonly attempt: number;
      readonly timeMs: number;
    }
  /** The attempt failed before its first chunk and will be made again at `nextAttemptAtMs`. */
  | {
      readonly type: 'defer-dispatch';
      readonly sessionId: string;
      readonly epoch: number;
      readonly attempt: number;
      readonly nextAttemptAtMs: number;
      readonly error: string;
      readonly timeMs: number;
    }
  /** The answer; accepted only under the running epoch and attempt. */
  | {
      readonly type: 'complete-dispatch';
      readonly sessionId: string;
      readonly epoch: number;
      readonly attempt: number;
      readonly message: NewMessage;
      readonly timeMs: number;
    }
  | {
      readonly type: 'fail-dispatch';
      readonly sessionId: string;
      readonly epoch: number;
      readonly attempt: number;
      readonly error: string;
      readonly timeMs: number;
    }
  /** What an attempt has streamed since its last checkpoint: chunks `fromIndex` to `toIndex` - 1, packed. */
  | {
      readonly type: 'checkpoint-answer';
      readonly sessionId: string;
      readonly epoch: number;
      readonly attempt: number;
      readonly fromIndex: number;
      readonly toIndex: number;
      readonly chunks: Uint8Array;
      readonly timeMs: number;
    }
  /** Ends the work of `epoch` whatever its state; the partial answer, when there is one, is kept. */
  | {
      readonly type: 'stop-dispatch';
      readonly sessionId: string;
      readonly epoch: number;
      readonly partial: NewMessage | null;
      readonly timeMs: number;
    }
  /** A user asks again after a failure: new epoch, due at once. */
  | { readonly type: 'retry-dispatch'; readonly sessionId: string; readonly timeMs: number }
  /** Leave memory: their states, as of the versions given, are in Postgres. Any that has changed since stays. */
  | {
      readonly type: 'evict-sessions';
      readonly sessions: readonly { readonly sessionId: string; readonly inboxVersion: number }[];
      readonly timeMs: number;
    }
  /** Comes back to memory: its state as the archive has it. */
  | {
      readonly type: 'hydrate-session';
      readonly session: SessionSnapshot;
      readonly timeMs: number;
    }
  /** Everything up to `seq` is in Postgres. Watermarks never go back. */
  | {
      readonly type: 'mark-flushed';
      /** The group's mark in Postgres, written there before this was proposed. */
      readonly mark: number;
      readonly watermarks: readonly {
        readonly sessionId: string;
        readonly seq: number;
        readonly sessionVersion: number;
      }[];
      readonly timeMs: number;
    };

/** The name of a command. */
export type CommandType = Command['type'];
