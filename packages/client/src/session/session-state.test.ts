import { describe, expect, test } from 'vitest';
import { visibleParts } from './live-answer.ts';
import {
  betterFirstSeq,
  initialSession,
  needsRejoin,
  type SessionEvent,
  type SessionState,
  sessionAfter,
  shownAgent,
} from './session-state.ts';
import { answerMessage, joinAnswer, message, messages, SESSION_ID } from './testing.ts';

function after(...events: readonly SessionEvent[]): SessionState {
  return events.reduce(sessionAfter, initialSession(SESSION_ID, 0));
}

const START = [
  { type: 'start' },
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', delta: 'So far' },
];
const JOINED: SessionEvent = {
  type: 'joined',
  answer: joinAnswer(messages(1, 1), {
    stream: { epoch: 1, attempt: 1, chunks: START, next_index: 3 },
  }),
};
const LATE: SessionEvent = {
  type: 'chunk',
  at: { epoch: 1, attempt: 1 },
  index: 3,
  chunk: { type: 'text-delta', id: 't', delta: ', late' },
};

describe('a conversation', () => {
  test('joining in the middle of an answer shows it so far, and live chunks go on', () => {
    const state = after(JOINED, LATE);
    expect(state.answer && visibleParts(state.answer)).toEqual([
      { type: 'text', text: 'So far, late', state: 'streaming' },
    ]);
  });

  test('the answer gives way to its message, and its late chunks are dropped', () => {
    const state = after(JOINED, { type: 'messages', messages: [answerMessage(2, 1, 'So far')] });
    expect(state.answer).toBeNull();
    expect(sessionAfter(state, LATE)).toBe(state);
  });

  test('an answer that became no message is over with its epoch, and its late chunks are dropped', () => {
    const state = after(JOINED, { type: 'status', agent: { status: 'idle', epoch: 1 } }, LATE);
    expect(state.answer).toBeNull();
  });

  test('its words stay on the screen while the message waits behind a gap', () => {
    const behindGap: SessionEvent = { type: 'messages', messages: [answerMessage(9, 1, 'So far')] };
    const idle: SessionEvent = { type: 'status', agent: { status: 'idle', epoch: 1 } };
    const state = after(JOINED, behindGap, idle, LATE);
    expect(state.answer && visibleParts(state.answer)).toEqual([
      { type: 'text', text: 'So far', state: 'streaming' },
    ]);
  });

  test('a rejoin that finds the agent idle takes left-over words away', () => {
    const idle = joinAnswer([], { last_seq: 1, agent: { status: 'idle', epoch: 1 } });
    expect(after(JOINED, { type: 'detached' }, { type: 'joined', answer: idle }).answer).toBeNull();
  });

  test('a missed "idle" does not leave the agent running for ever', () => {
    const running: SessionEvent = {
      type: 'status',
      agent: { status: 'running', epoch: 1, attempt: 1 },
    };
    const state = after(JOINED, running, {
      type: 'messages',
      messages: [answerMessage(2, 1, 'Done')],
    });
    expect(state.agent.status).toBe('idle');
  });

  test('a failed agent is shown with its reason, and an older status does not hide it', () => {
    const failed: SessionEvent = {
      type: 'status',
      agent: { status: 'failed', epoch: 2, attempt: 4, error: 'HTTP 500' },
    };
    const state = after(JOINED, failed, { type: 'status', agent: { status: 'running', epoch: 1 } });
    expect(state.agent).toEqual({ status: 'failed', epoch: 2, attempt: 4, error: 'HTTP 500' });
    expect(state.answer).toBeNull();
  });

  test('a gap in messages or chunks asks for a rejoin, which heals it', () => {
    const gapped = after(JOINED, { type: 'messages', messages: [message(3)] });
    expect(needsRejoin(gapped)).toBe(true);
    expect(
      needsRejoin(sessionAfter(gapped, { type: 'joined', answer: joinAnswer(messages(2, 3)) })),
    ).toBe(false);
    const chunkGap = after(JOINED, {
      type: 'chunk',
      at: { epoch: 1, attempt: 1 },
      index: 9,
      chunk: { type: 'finish' },
    });
    expect(needsRejoin(chunkGap)).toBe(true);
  });

  test('an answer is due as soon as a message is committed, until the cluster says what the agent does', () => {
    const sent = after(
      JOINED,
      { type: 'messages', messages: [answerMessage(2, 1, 'So far')] },
      { type: 'sent' },
    );
    expect(shownAgent(sent)).toEqual({ status: 'waiting', epoch: 2 });
    const late: SessionEvent = { type: 'status', agent: { status: 'idle', epoch: 1 } };
    expect(shownAgent(sessionAfter(sent, late)).status).toBe('waiting');
    const failed: SessionEvent = { type: 'status', agent: { status: 'failed', epoch: 2 } };
    expect(shownAgent(sessionAfter(sent, failed)).status).toBe('failed');
    expect(shownAgent(sessionAfter(sent, { type: 'due_expired' })).status).toBe('idle');
  });

  test('a message is taken up with the first chunk of its run, not with the run alone', () => {
    const joined: SessionEvent = { type: 'joined', answer: joinAnswer(messages(1, 1)) };
    const running: SessionEvent = { type: 'status', agent: { status: 'running', epoch: 1 } };
    const called = after(joined, { type: 'messages', messages: [message(2)] }, running);
    expect(called.takenUpSeq).toBe(0);
    const refused: SessionEvent = { type: 'status', agent: { status: 'failed', epoch: 1 } };
    expect(sessionAfter(called, refused).takenUpSeq).toBe(0);
    const chunk: SessionEvent = {
      type: 'chunk',
      at: { epoch: 1, attempt: 1 },
      index: 0,
      chunk: { type: 'start' },
    };
    const later = sessionAfter(called, { type: 'messages', messages: [message(3)] });
    expect(sessionAfter(later, chunk).takenUpSeq).toBe(2);
    expect(
      sessionAfter(later, { type: 'messages', messages: [answerMessage(4, 1, 'Done')] }).takenUpSeq,
    ).toBe(2);
    // The chunk may be here first.
    const early = after(joined, { type: 'messages', messages: [message(2)] }, chunk, running);
    expect(early.takenUpSeq).toBe(2);
  });

  test('the read cursor never goes back', () => {
    const state = after(JOINED, { type: 'read', lastReadSeq: 5 }, { type: 'read', lastReadSeq: 3 });
    expect(state.lastReadSeq).toBe(5);
  });

  test('a first join far from the end begins anew near it; a later one pages', () => {
    const far = joinAnswer(messages(1, 50), { last_seq: 5_000, has_more: true });
    expect(betterFirstSeq(initialSession(SESSION_ID, 0), far)).toBe(4_940);
    expect(betterFirstSeq(after(JOINED), far)).toBeNull();
  });
});
