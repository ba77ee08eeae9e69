import type { UiChunk } from '@fleetlm/protocol/ui-stream';
import {
  type AgentStatus,
  clientMessageIdOf,
  epochOf,
  type JoinAnswer,
  type Message,
  type Session,
  type WireError,
} from '../wire.ts';
import {
  type ChunkPosition,
  hasChunkGap,
  type LiveAnswer,
  mergeChunk,
  mergeSnapshot,
} from './live-answer.ts';
import {
  emptyLog,
  hasGap,
  lastSeqOf,
  type MessageLog,
  mergeMessages,
  prependMessages,
} from './message-log.ts';

/** When a first join finds more behind its page than this, it begins anew near the end: users do not open a long conversation at its first message. */
export const FIRST_JOIN_DISTANCE_MAX = 200;
/** How many messages before the newest one a conversation is opened at. */
export const OPEN_MESSAGES = 60;

/** How far a conversation is loaded. */
export type SessionPhase =
  | { readonly status: 'loading' }
  | { readonly status: 'ready' }
  /** The join was refused; `retryable` ones are tried again by themselves. */
  | { readonly status: 'refused'; readonly error: WireError };

export interface SessionState {
  readonly sessionId: string;
  readonly phase: SessionPhase;
  /** Whether live events arrive now; false while the connection is away or the join is under way. */
  readonly live: boolean;
  readonly session: Session | null;
  readonly log: MessageLog;
  readonly answer: LiveAnswer | null;
  readonly agent: AgentStatus;
  /**
   * A message of this user is committed, and the cluster has not published yet what the agent does about it: the
   * acknowledgement may be here before the state is.
   */
  readonly isAgentDue: boolean;
  /** Chunks of this epoch and of earlier ones are late: their answer is a message already, or was stopped. */
  readonly endedEpoch: number;
  readonly lastReadSeq: number;
  /** Messages up to this one were there when the run in flight began. */
  readonly runSeq: number;
  /** The agent has the messages up to this one: it has begun to answer them. A run alone does not say so: it may be refused. */
  readonly takenUpSeq: number;
}

export type SessionEvent =
  | { readonly type: 'joined'; readonly answer: JoinAnswer }
  | { readonly type: 'refused'; readonly error: WireError }
  | { readonly type: 'detached' }
  | { readonly type: 'messages'; readonly messages: readonly Message[] }
  | { readonly type: 'older'; readonly messages: readonly Message[] }
  | {
      readonly type: 'chunk';
      readonly at: ChunkPosition;
      readonly index: number;
      readonly chunk: UiChunk;
    }
  | { readonly type: 'status'; readonly agent: AgentStatus }
  | { readonly type: 'sent' }
  | { readonly type: 'due_expired' }
  | { readonly type: 'read'; readonly lastReadSeq: number };

export function initialSession(sessionId: string, afterSeq: number): SessionState {
  return {
    sessionId,
    phase: { status: 'loading' },
    live: false,
    session: null,
    log: emptyLog(afterSeq),
    answer: null,
    agent: { status: 'idle', epoch: 0 },
    isAgentDue: false,
    endedEpoch: 0,
    lastReadSeq: 0,
    runSeq: 0,
    takenUpSeq: 0,
  };
}

/** The state after an event. The same object when nothing has changed, so that nothing is drawn again. */
export function sessionAfter(state: SessionState, event: SessionEvent): SessionState {
  switch (event.type) {
    case 'joined':
      return afterJoin(state, event.answer);
    case 'refused':
      return state.phase.status === 'ready' && event.error.retryable
        ? state
        : { ...state, live: false, phase: { status: 'refused', error: event.error } };
    case 'detached':
      return state.live ? { ...state, live: false } : state;
    case 'messages':
      return withMessages(state, event.messages);
    case 'older': {
      const log = prependMessages(state.log, event.messages);
      return log === state.log ? state : { ...state, log };
    }
    case 'chunk': {
      if (event.at.epoch <= state.endedEpoch) return state;
      const answer = mergeChunk(state.answer, event.at, event.index, event.chunk);
      return answer === state.answer ? state : takenUp({ ...state, answer });
    }
    case 'status':
      return withStatus(state, event.agent);
    case 'sent':
      return isBusy(state.agent) ? state : { ...state, isAgentDue: true };
    case 'due_expired':
      return state.isAgentDue ? { ...state, isAgentDue: false } : state;
    case 'read':
      return event.lastReadSeq > state.lastReadSeq
        ? { ...state, lastReadSeq: event.lastReadSeq }
        : state;
    default:
      return event satisfies never;
  }
}

/** Something is missing that only a rejoin can bring. */
export function needsRejoin(state: SessionState): boolean {
  return hasGap(state.log) || hasChunkGap(state.answer);
}

/** Where to begin anew when the first join landed far from the end; null: go on paging. */
export function betterFirstSeq(state: SessionState, answer: JoinAnswer): number | null {
  const held = answer.messages.at(-1)?.seq ?? lastSeqOf(state.log);
  const isFirst = state.phase.status !== 'ready';
  return isFirst && answer.has_more && answer.last_seq - held > FIRST_JOIN_DISTANCE_MAX
    ? answer.last_seq - OPEN_MESSAGES
    : null;
}

function afterJoin(state: SessionState, answer: JoinAnswer): SessionState {
  const session = answer.session;
  const joined: SessionState = {
    ...state,
    live: true,
    session,
    phase: { status: 'ready' },
    lastReadSeq: Math.max(state.lastReadSeq, session.last_read_seq),
  };
  const merged = withMessages(joined, answer.messages);
  const withAgent = answer.agent === null ? merged : withStatus(merged, answer.agent);
  const { stream } = answer;
  if (stream !== null && stream.epoch > withAgent.endedEpoch)
    return takenUp({
      ...withAgent,
      answer: mergeSnapshot(withAgent.answer, stream, stream.chunks, stream.next_index),
    });
  // Nothing is being written: words kept on the screen for a message that never came are over now.
  return stream === null && answer.agent !== null && !isBusy(answer.agent)
    ? { ...withAgent, answer: null }
    : withAgent;
}

function withMessages(state: SessionState, messages: readonly Message[]): SessionState {
  const log = mergeMessages(state.log, messages);
  if (log === state.log) return state;
  let { endedEpoch, takenUpSeq } = state;
  for (const message of log.messages.slice(state.log.messages.length)) {
    const epoch = epochOf(message) ?? 0;
    endedEpoch = Math.max(endedEpoch, epoch);
    if (epoch === 0) continue;
    // Of an answer whose beginning was not seen everything before it is taken for taken up.
    const isOfRun = state.agent.status === 'running' && state.agent.epoch === epoch;
    takenUpSeq = Math.max(takenUpSeq, isOfRun ? state.runSeq : message.seq);
  }
  const answer = state.answer !== null && state.answer.epoch <= endedEpoch ? null : state.answer;
  const agent: AgentStatus =
    isBusy(state.agent) && state.agent.epoch <= endedEpoch
      ? { status: 'idle', epoch: endedEpoch }
      : state.agent;
  const isAgentDue = state.isAgentDue && endedEpoch === state.endedEpoch;
  return { ...state, log, endedEpoch, takenUpSeq, answer, agent, isAgentDue };
}

function withStatus(state: SessionState, agent: AgentStatus): SessionState {
  if (agent.epoch < state.agent.epoch || (isBusy(agent) && agent.epoch <= state.endedEpoch))
    return state;
  const endedEpoch = isBusy(agent) ? state.endedEpoch : Math.max(state.endedEpoch, agent.epoch);
  // The message that an answer became is published before the end of its epoch: here there is none, or it waits
  // behind a gap, and then the words stay on the screen until a rejoin brings it.
  const isOver = state.answer !== null && state.answer.epoch <= endedEpoch && !hasGap(state.log);
  const answer = isOver ? null : state.answer;
  const known = Math.max(state.agent.epoch, state.endedEpoch);
  const isAgentDue = state.isAgentDue && !isBusy(agent) && agent.epoch <= known;
  const isBegun =
    agent.status === 'running' &&
    (state.agent.status !== 'running' || agent.epoch > state.agent.epoch);
  const runSeq = isBegun ? lastSeqOf(state.log) : state.runSeq;
  return takenUp({ ...state, agent, isAgentDue, endedEpoch, runSeq, answer });
}

/** The first chunk of a run says that the agent has taken it up; chunk and status may come in either order. */
function takenUp(state: SessionState): SessionState {
  const { answer, agent, runSeq, takenUpSeq } = state;
  const isTaken = answer !== null && agent.status === 'running' && agent.epoch === answer.epoch;
  return isTaken && runSeq > takenUpSeq ? { ...state, takenUpSeq: runSeq } : state;
}

/** What to show of the agent: due as soon as one has sent something, not only when the cluster says so. */
export function shownAgent(state: SessionState): AgentStatus {
  return state.isAgentDue
    ? { status: 'waiting', epoch: Math.max(state.agent.epoch, state.endedEpoch) + 1 }
    : state.agent;
}

/** Whether an answer is due or being written. */
export function isBusy(agent: AgentStatus): boolean {
  return agent.status === 'waiting' || agent.status === 'running';
}

/** Client message ids of the committed messages among `messages`: their outbox entries are done. */
export function committedIds(messages: readonly Message[]): readonly string[] {
  return messages.flatMap((message) => clientMessageIdOf(message) ?? []);
}
