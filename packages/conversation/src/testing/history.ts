import { expect } from 'vitest';
import type { Command } from '../commands/commands.ts';
import type { Applied } from '../commands/results.ts';
import {
  answerCheckpoint,
  dueDispatches,
  type Effect,
  flushCandidates,
  type GroupState,
  getInbox,
  type Message,
  openRequests,
  runningDispatches,
  type Session,
} from '../index.ts';
import { SessionRecord } from '../session/session-record.ts';
import { TAIL_MESSAGES_MIN } from '../state.ts';

interface Before {
  readonly lastSeq: number;
  readonly lastReadSeq: number;
  readonly flushedSeq: number;
  readonly version: number;
  readonly epoch: number;
}

/** The plain truth about a run: every committed message in a list, and the invariants held against it. */
export class History {
  readonly #messages = new Map<string, Message[]>();
  readonly #answeredEpochs = new Set<string>();
  readonly #before = new Map<string, Before>();

  /** Takes one step of a run and checks everything that must hold after it. */
  record(state: GroupState, command: Command, applied: Applied): void {
    for (const effect of applied.effects)
      if (effect.type === 'message-committed') this.#commit(effect.message);
    this.#checkAnswers(command, applied);
    for (const session of state.sessions.values()) this.#checkSession(session);
    this.#checkIndexes(state);
    for (const userId of state.inboxes.keys()) checkInbox(state, userId);
    checkMemory(state);
  }

  messagesOf(sessionId: string): readonly Message[] {
    return this.#messages.get(sessionId) ?? [];
  }

  #commit(message: Message): void {
    const messages = this.#messages.get(message.sessionId) ?? [];
    this.#messages.set(message.sessionId, messages);
    messages.push(message);
    expect(message.seq, 'seq has no gap').toBe(messages.length);
  }

  #checkAnswers(command: Command, applied: Applied): void {
    const answered = answeredBy(command);
    const isAnswer = (effect: Effect): boolean =>
      effect.type === 'message-committed' && effect.message.sender.type === 'agent';
    if (answered === null || !applied.effects.some(isAnswer)) return;
    const answer = `${answered.sessionId} ${answered.epoch}`;
    expect(this.#answeredEpochs.has(answer), `second answer of ${answer}`).toBe(false);
    this.#answeredEpochs.add(answer);
  }

  #checkSession(session: Session): void {
    if (session.status === 'erased') {
      checkErased(session);
      return;
    }
    const messages = this.messagesOf(session.id);
    const before = this.#before.get(session.id);
    expect(session.lastSeq).toBe(messages.length);
    const first = Math.min(session.flushedSeq, Math.max(session.lastSeq - TAIL_MESSAGES_MIN, 0));
    expect(session.tail).toEqual(messages.slice(first));
    expect(session.unreadCount).toBe(
      messages.filter(({ sender, seq }) => sender.type === 'agent' && seq > session.lastReadSeq)
        .length,
    );
    expect(session.lastReadSeq).toBeLessThanOrEqual(session.lastSeq);
    expect(session.flushedSeq).toBeLessThanOrEqual(session.lastSeq);
    expect(session.flushedVersion).toBeLessThanOrEqual(session.version);
    const newestOfUser = messages.findLast(({ sender }) => sender.type === 'user');
    // A decision that leaves others open is no work.
    if (newestOfUser?.kind === 'tool-response')
      expect(session.lastUserSeq).toBeLessThanOrEqual(newestOfUser.seq);
    else expect(session.lastUserSeq).toBe(newestOfUser?.seq ?? 0);
    checkRequests(session);
    const { status } = session.dispatch;
    if (status === 'idle' || status === 'failed') expect(answerCheckpoint(session)).toBeNull();
    if (session.status === 'archived') expect(session.dispatch.status).toBe('idle');
    if (before !== undefined) {
      expect(session.lastReadSeq).toBeGreaterThanOrEqual(before.lastReadSeq);
      expect(session.flushedSeq).toBeGreaterThanOrEqual(before.flushedSeq);
      expect(session.version).toBeGreaterThanOrEqual(before.version);
      expect([0, 1]).toContain(session.dispatch.epoch - before.epoch);
    }
    const { lastSeq, lastReadSeq, flushedSeq, version, dispatch } = session;
    this.#before.set(session.id, {
      lastSeq,
      lastReadSeq,
      flushedSeq,
      version,
      epoch: dispatch.epoch,
    });
  }

  #checkIndexes(state: GroupState): void {
    const sessions = [...state.sessions.values()];
    const idsWhere = (holds: (session: Session) => boolean) =>
      sessions
        .filter(holds)
        .map(({ id }) => id)
        .sort();
    const waiting = dueDispatches(state, Number.POSITIVE_INFINITY).map(({ session }) => session.id);
    expect(waiting.sort()).toEqual(idsWhere(({ dispatch }) => dispatch.status === 'waiting'));
    expect(runningDispatches(state).map(({ session }) => session.id)).toEqual(
      idsWhere(({ dispatch }) => dispatch.status === 'running'),
    );
    const dirty = flushCandidates(state, Number.MAX_SAFE_INTEGER);
    expect(dirty.map(({ session }) => session.id).sort()).toEqual(
      idsWhere((s) => s.lastSeq > s.flushedSeq || s.version > s.flushedVersion),
    );
    for (const { session, messages } of dirty)
      expect(messages).toEqual(this.messagesOf(session.id).slice(session.flushedSeq));
    expect(state.flushBacklog).toBe(
      sessions.reduce((sum, { lastSeq, flushedSeq }) => sum + lastSeq - flushedSeq, 0),
    );
  }
}

function checkRequests(session: Session): void {
  const requests = openRequests(session);
  if (requests === null) return;
  expect(requests.decidedSeq > 0).toBe(requests.keys.length === 0);
  const { dispatch, lastUserSeq } = session;
  if (requests.decidedSeq === 0) return;
  expect(dispatch.status).not.toBe('idle');
  expect(requests.decidedSeq).toBeLessThanOrEqual(lastUserSeq);
}

/** A log's buffer is at most half as large again as what is in it, beside what was dropped and not given back yet. */
function checkMemory(state: GroupState): void {
  let least = 0;
  let most = 0;
  for (const session of state.sessions.values()) {
    if (!(session instanceof SessionRecord)) throw new TypeError('a session of another making');
    const { tail, clientMessageIds } = SessionRecord.internals(session);
    const bytes = tail.bytesInMemory + clientMessageIds.view().length;
    least += bytes;
    most += 3 * bytes + 3 * 2_500;
  }
  expect(state.memoryBytes).toBeGreaterThanOrEqual(least);
  expect(state.memoryBytes).toBeLessThanOrEqual(most);
}

function checkErased(session: Session): void {
  expect(session).toMatchObject({
    tail: [],
    lastMessage: null,
    unreadCount: 0,
    awaitsUser: false,
    flushedSeq: session.lastSeq,
  });
  expect(session.dispatch.status).toBe('idle');
  expect(new TextDecoder().decode(session.metadata)).toBe('{}');
}

/** The epoch of which this command may bring the answer. A message of the agent's own is no answer. */
function answeredBy(
  command: Command,
): { readonly sessionId: string; readonly epoch: number } | null {
  switch (command.type) {
    case 'complete-dispatch':
    case 'stop-dispatch':
      return command;
    case 'append-message':
      return command.sender.type === 'user' && command.held !== null
        ? { sessionId: command.sessionId, epoch: command.held.epoch }
        : null;
    default:
      return null;
  }
}

function checkInbox(state: GroupState, userId: string): void {
  const inbox = getInbox(state, userId);
  const sessions = [...state.sessions.values()].filter((session) => session.userId === userId);
  const newestFirst = sessions.sort((a, b) => b.activity - a.activity).map(({ id }) => id);
  expect(inbox?.sessionIds).toEqual(newestFirst);
  expect(inbox?.version).toBe(Math.max(...sessions.map(({ inboxVersion }) => inboxVersion)));
}
