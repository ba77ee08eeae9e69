import type { DispatchState, HeldAnswer } from '@fleetlm/conversation';
import type { Failure } from '@fleetlm/protocol';
import type { NodeRefusal, Outcome } from '../../outcome.ts';
import type { AgentRecord, LedGroup, Propose, Session } from '../ports.ts';
import type { OnAttempt, OnDecision } from './attempt/attempt-report.ts';
import type { AgentHistory } from './call/webhook-body.ts';
import type { AgentLoad } from './call-slots.ts';
import type { DispatchLimits } from './dispatch-limits.ts';
import type { HistorySettings } from './history/thread-history.ts';

/** One validated AI SDK UI message chunk, as JSON. */
export type Chunk = { readonly type: string } & Readonly<Record<string, unknown>>;

/** What the engine needs from the rest of the node; all of it given by the composition root. */
export interface DispatchPorts {
  readonly propose: Propose;
  /** Null: this node doesn't lead the group (or its own term's first entry isn't applied yet). Cheap. */
  readonly led: (group: number) => LedGroup | null;
  readonly agent: (agentId: string) => AgentRecord | null;
  /** True: `agent` knows every registration that was acknowledged before this call; false: that is not known now. */
  readonly catchUpAgents: () => Promise<boolean>;
  /** What its calls are signed with, in the clear; null: no key of this node opens them. */
  readonly signingSecrets: (agent: AgentRecord) => readonly string[] | null;
  /** The agent with its API key in the clear; null: it can't be read here. */
  readonly withKey: (agent: AgentRecord) => AgentRecord | null;
  /** 410 from an agent: it wants no more calls. */
  readonly disableAgent: (agentId: string) => Promise<void>;
  /** To the subscribers on every node; `index` counts from 0 within (epoch, attempt). Never blocks. */
  readonly publishChunk: (chunk: LiveChunk) => void;
  /** What the agent is sent of the conversation, by its history mode. */
  readonly history: (session: Session, settings: HistorySettings) => Promise<AgentHistory>;
  /** Each attempt as it has ended; for the record of deliveries. Must not block or throw. */
  readonly onAttempt: OnAttempt;
  /** What the log decided of a turn after the report of its end. Must not block or throw. */
  readonly onDecision: OnDecision;
  /** The group has turns under way here, or none any more. Must not block or throw. */
  readonly busyChanged: (group: number, isBusy: boolean) => void;
  /** An agent is left alone for a while, or called again. */
  readonly onBreaker: (agentId: string, state: 'open' | 'closed') => void;
  /** Wall clock in Unix milliseconds (for commands and signatures). */
  readonly wallClockMs: () => number;
  /** A uniform number in [0, 1), for the jitter of pauses. */
  readonly random: () => number;
  readonly newMessageId: () => string;
  readonly allowPrivateAddresses: boolean;
  /** Something that should not happen did; the work is taken up again with the next poll. */
  readonly onError: (error: unknown) => void;
  readonly limits: DispatchLimits;
}

export interface LiveChunk {
  readonly sessionId: string;
  readonly epoch: number;
  readonly attempt: number;
  readonly index: number;
  readonly chunk: Chunk;
}

/** The answer in progress of a session, from its first chunk. */
export interface LiveAnswer {
  readonly epoch: number;
  readonly attempt: number;
  /** Neighbours that continue one text are merged. */
  readonly chunks: readonly Chunk[];
  /** The index that the next live chunk of this attempt has; more than there are chunks here. */
  readonly nextIndex: number;
}

/** An answer that shows nothing more until it is decided whether it goes on. */
export interface Hold {
  readonly held: HeldAnswer;
  /** It is decided, and the state says how. To be called once. */
  release(): void;
}

/** Calls agents for the sessions of the groups that this node leads. */
export interface DispatchEngine {
  start(): void;
  /** This node was elected; its work is found as soon as it is ready to propose. */
  leadershipGained(group: number): void;
  /** The group isn't led here any more: drop its calls without committing anything. */
  leadershipLost(group: number): void;
  /** An effect of a committed command, on every replica: takes up what is due, ends what is not wanted any more. */
  dispatchChanged(sessionId: string, dispatch: DispatchState): void;
  /** Holds the answer of a session up for a message that may end it; null: there is none. */
  hold(sessionId: string): Hold | null;
  /**
   * A user stops the answer: aborts the call and commits `stop-dispatch` with the sealed partial answer.
   * Resolves with what the proposal came to.
   */
  stopAnswer(sessionId: string): Promise<Outcome<null, NodeRefusal | Failure>>;
  /** The answer in progress on this node, or its checkpoint. */
  liveAnswer(sessionId: string): LiveAnswer | null;
  readonly stats: DispatchStats;
  /** Agents with calls or work here, or with failures in a row. */
  agentLoads(): readonly AgentLoad[];
  /** Stops taking up work; running calls get `graceMs` to finish, then are checkpointed and dropped (the next leader takes them up). */
  stop(graceMs: number): Promise<void>;
}

export interface DispatchStats {
  readonly queued: number;
  readonly running: number;
  readonly started: number;
  readonly completed: number;
  readonly failedAttempts: number;
  readonly failed: number;
  /** Pieces of answers in progress that were checkpointed in the log. */
  readonly checkpoints: number;
  /** Agents that are left alone at the moment. */
  readonly breakersOpen: number;
  /** Bytes of answers that calls under way hold. */
  readonly answersBytes: number;
}
