import type { AgentRecord, LedGroup, Message, Propose, Session } from '../ports.ts';
import type { OnAttempt } from './attempt-report.ts';

/** One validated AI SDK UI message chunk, as JSON. */
export type Chunk = { readonly type: string } & Readonly<Record<string, unknown>>;

/** What the engine needs from the rest of the node; all of it given by the composition root. */
export interface DispatchPorts {
  readonly propose: Propose;
  /** Groups that this node leads (and whose own term's first entry is applied). */
  readonly ledGroups: () => Iterable<LedGroup>;
  readonly agent: (agentId: string) => AgentRecord | null;
  /** 410 from an agent: it wants no more calls. */
  readonly disableAgent: (agentId: string) => Promise<void>;
  /** To the subscribers on every node; `index` counts from 0 within (epoch, attempt). Never blocks. */
  readonly publishChunk: (chunk: LiveChunk) => void;
  /** Messages for the agent, ascending by seq, up to `throughSeq`, by the agent's history mode. */
  readonly history: (
    session: Session,
    mode: AgentRecord['messageHistoryMode'],
    limit: number,
  ) => Promise<readonly Message[]>;
  /** Each attempt as it has ended; for whoever keeps a record of deliveries. Must not block or throw. */
  readonly onAttempt: OnAttempt;
  /** Wall clock in Unix milliseconds (for commands and signatures). */
  readonly wallClockMs: () => number;
  readonly newMessageId: () => string;
  readonly allowPrivateAddresses: boolean;
  /** Something that should not happen did; the work is taken up again with the next poll. */
  readonly onError: (error: unknown) => void;
}

export interface LiveChunk {
  readonly sessionId: string;
  readonly epoch: number;
  readonly attempt: number;
  readonly index: number;
  readonly chunk: Chunk;
}

/** Calls agents for the sessions of the groups that this node leads. */
export interface DispatchEngine {
  start(): void;
  /** An effect says that something changed for this session: look at it sooner than the next poll. */
  kick(sessionId: string): void;
  /** The group isn't led here any more: drop its calls without committing anything. */
  leadershipLost(group: number): void;
  /**
   * A person stops the answer: aborts the call and commits `stop-dispatch` with the sealed partial answer.
   * Resolves with what the proposal came to.
   */
  stopAnswer(sessionId: string): Promise<
    | { readonly ok: true }
    | {
        readonly ok: false;
        readonly code: 'not_found' | 'conflict' | 'not_leader' | 'no_quorum';
        readonly detail: string;
      }
  >;
  /** Chunks of the answer in progress on this node, from index 0. */
  liveAnswer(
    sessionId: string,
  ): { readonly epoch: number; readonly attempt: number; readonly chunks: readonly Chunk[] } | null;
  readonly stats: DispatchStats;
  /** Stops taking up work; running calls get `graceMs` to finish, then are dropped (the next leader takes them up). */
  stop(graceMs: number): Promise<void>;
}

export interface DispatchStats {
  readonly queued: number;
  readonly running: number;
  readonly started: number;
  readonly completed: number;
  readonly failedAttempts: number;
  readonly failed: number;
}
