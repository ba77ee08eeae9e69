import type { AgentStatus, Message, Session } from '../wire.ts';
import { type SessionPhase, type SessionState, shownAgent } from './session-state.ts';

/** A conversation without the words of the answer in progress: it changes with messages, not with every chunk. */
export interface SessionView {
  readonly sessionId: string;
  readonly phase: SessionPhase;
  /** False: what is shown may be behind; the connection is away or the join is under way. */
  readonly live: boolean;
  readonly session: Session | null;
  readonly messages: readonly Message[];
  /** Whether there are older messages than the first one held. */
  readonly hasOlder: boolean;
  readonly agent: AgentStatus;
  /** The epoch of the answer in progress; null: no word of one is here. */
  readonly answerEpoch: number | null;
  readonly lastReadSeq: number;
  /** The agent has the messages up to this one. */
  readonly takenUpSeq: number;
}

/** The view of a state; parts that say the same as `before` are the same objects. */
export function viewOf(state: SessionState, before: SessionView | null): SessionView {
  const { sessionId, phase, live, session, log, lastReadSeq, takenUpSeq, answer } = state;
  const agent = sameAgent(shownAgent(state), before?.agent);
  return {
    sessionId,
    phase,
    live,
    session,
    messages: log.messages,
    hasOlder: log.afterSeq > 0,
    agent,
    answerEpoch: answer?.epoch ?? null,
    lastReadSeq,
    takenUpSeq,
  };
}

/** The object shown before when it says the same: nothing is drawn again for it. */
function sameAgent(agent: AgentStatus, before: AgentStatus | undefined): AgentStatus {
  const isSame =
    before !== undefined &&
    agent.status === before.status &&
    agent.epoch === before.epoch &&
    agent.attempt === before.attempt &&
    agent.error === before.error;
  return isSame ? before : agent;
}

export function sameView(a: SessionView, b: SessionView): boolean {
  return (
    a.phase === b.phase &&
    a.live === b.live &&
    a.session === b.session &&
    a.messages === b.messages &&
    a.hasOlder === b.hasOlder &&
    a.agent === b.agent &&
    a.answerEpoch === b.answerEpoch &&
    a.lastReadSeq === b.lastReadSeq &&
    a.takenUpSeq === b.takenUpSeq
  );
}
