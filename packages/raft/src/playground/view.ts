import type { ConfState, MessageType, ReplicaId, Role } from '../core/index.ts';

/** What a page draws. Plain data: it crosses from a worker to the page. */
export interface PlaygroundView {
  readonly nowMs: number;
  readonly nodes: readonly NodeView[];
  readonly timers: readonly TimerView[];
  readonly cuts: readonly LinkView[];
  readonly messages: readonly MessageView[];
  readonly writes: readonly WriteView[];
  readonly story: readonly StoryLine[];
  /** The configuration as the node with the longest applied log has it. */
  readonly configuration: ConfState;
  /** `RUN_MS_MAX` is reached: time stops. */
  readonly isOver: boolean;
}

/** One node as it is drawn. */
export interface NodeView {
  readonly id: ReplicaId;
  readonly isRunning: boolean;
  readonly role: Role;
  readonly term: number;
  readonly vote: ReplicaId;
  readonly leader: ReplicaId;
  readonly commit: number;
  readonly applied: number;
  /** Who has voted for this (pre-)candidate so far, itself included. */
  readonly votesFor: readonly ReplicaId[];
  readonly log: readonly EntryView[];
  /** The value of x in the state machine; null: never written. */
  readonly value: string | null;
  /** What this node takes for the configuration. */
  readonly configuration: ConfState;
}

/** Apart from the nodes, since it changes with every tick. */
export interface TimerView {
  readonly id: ReplicaId;
  readonly elapsed: number;
  readonly timeout: number;
}

/** An entry of a node's log as it is drawn. */
export interface EntryView {
  readonly index: number;
  readonly term: number;
  /** "x=3", "start of a term", "+n4 -n2". */
  readonly text: string;
  readonly isOnDisk: boolean;
}

/** Two nodes between which no message passes. */
export interface LinkView {
  readonly a: ReplicaId;
  readonly b: ReplicaId;
}

/** 0 is the client. */
export interface MessageView {
  readonly id: number;
  readonly from: ReplicaId;
  readonly to: ReplicaId;
  readonly type: MessageType | 'write' | 'write-answer';
  /** In words, with what matters of its content. */
  readonly text: string;
  /** Has entries, or grants, or refuses: drawn apart. */
  readonly tone: 'plain' | 'entries' | 'ask' | 'yes' | 'no';
  readonly sentMs: number;
  readonly arrivesMs: number;
  /** Lost on the way, and where; null: still coming. */
  readonly lostMs: number | null;
}

/**
 * What the client knows of a write: `asking` for a leader, `waiting` for its answer, or how it ended. `unknown`: no answer
 * came in time, so it may or may not be committed.
 */
export type WriteState = 'asking' | 'waiting' | 'acknowledged' | 'refused' | 'unknown';

/** One write of the client, as the client sees it. */
export interface WriteView {
  readonly id: number;
  readonly text: string;
  readonly state: WriteState;
  readonly note: string;
}

/** What happened, as one line of text. */
export interface StoryLine {
  readonly id: number;
  readonly atMs: number;
  /** What the line is about; 0: the client, the network or the viewer. */
  readonly node: ReplicaId;
  /** 'turn': what a viewer must not miss. */
  readonly weight: 'turn' | 'detail' | 'command';
  readonly text: string;
}
