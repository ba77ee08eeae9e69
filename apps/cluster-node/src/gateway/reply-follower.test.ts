import { assembleChunks, textOfParts } from '@fleetlm/protocol/ui-stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Chunk, DispatchState, SessionEvent } from '../runtime/runtime-api.ts';
import { type FollowOptions, ReplyFollower } from './reply-follower.ts';

const NEW_READER: FollowOptions = { canReset: true, retold: 0 };
const ID = '0190a5a0-0000-7000-8000-000000000001';
const START: Chunk = { type: 'start', messageId: ID };
const OPEN: Chunk = { type: 'text-start', id: '1' };
const say = (delta: string): Chunk => ({ type: 'text-delta', id: '1', delta });
const CLOSE: Chunk = { type: 'text-end', id: '1' };
const FINISH: Chunk = { type: 'finish' };

const spoken = (epoch: number, attempt: number, chunks: readonly Chunk[]): SessionEvent[] =>
  chunks.map((chunk, index) => ({ type: 'chunk', epoch, attempt, index, chunk }));
const status = (dispatch: DispatchState): SessionEvent => ({ type: 'status', dispatch });
const running = (epoch: number, attempt: number): SessionEvent =>
  status({ status: 'running', epoch, attempt, startedAtMs: 0, throughSeq: 1 });

function kept(epoch: number, termination: string, text: string): SessionEvent {
  const content = { id: ID, role: 'assistant', parts: [{ type: 'text', text, state: 'done' }] };
  const payload = new TextEncoder().encode(
    JSON.stringify({ content, metadata: { epoch, termination } }),
  );
  const sender = { type: 'agent', id: 'bot' } as const;
  const message = { id: ID, sessionId: '00', seq: 2, sender, kind: 'assistant', payload };
  return { type: 'message', message: { ...message, insertedAtMs: 0 } };
}

/** What a reader is given, up to the end of its stream; it must end, and once. */
function read(events: readonly SessionEvent[], options = NEW_READER, epoch = 3) {
  const follower = new ReplyFollower(epoch, options);
  const chunks: Chunk[] = [];
  let ends = 0;
  for (const event of events) {
    const step = follower.take(event);
    chunks.push(...step.chunks);
    if (step.isOver) ends += 1;
  }
  const message = assembleChunks(chunks);
  return { chunks, ends, text: textOfParts(message.parts), message };
}

const WHOLE = [START, OPEN, say('Hello'), CLOSE, FINISH];

describe('an answer as one stream', () => {
  test('is what the agent streamed, once', () => {
    const { chunks, ends } = read([
      ...spoken(2, 1, WHOLE),
      running(3, 1),
      ...spoken(3, 1, WHOLE),
      kept(3, 'finish', 'Hello'),
      status({ status: 'idle', epoch: 3 }),
    ]);
    expect(chunks).toEqual(WHOLE);
    expect(ends).toBe(1);
  });

  test('ends when it is in the log, not before', () => {
    const events = spoken(3, 1, WHOLE);
    expect(read(events)).toMatchObject({ ends: 0, chunks: WHOLE.slice(0, -1) });
    expect(read([...events, kept(3, 'finish', 'Hello')])).toMatchObject({ ends: 1, chunks: WHOLE });
  });

  test('that comes late is replayed from the log', () => {
    const { text, message, ends } = read([kept(3, 'finish', 'Hello')]);
    expect({ text, id: message.id, end: message.end, ends }).toEqual({
      text: 'Hello',
      id: ID,
      end: 'finish',
      ends: 1,
    });
  });

  test('that is stopped closes what is open, for every reader', () => {
    const { message, text } = read([
      ...spoken(3, 1, [START, OPEN, say('Hel')]),
      kept(3, 'stop', 'Hel'),
    ]);
    expect(text).toBe('Hel');
    expect(message.parts).toEqual([{ type: 'text', text: 'Hel', state: 'done' }]);
    expect(read([status({ status: 'idle', epoch: 3 })]).chunks.map(({ type }) => type)).toEqual([
      'start',
      'abort',
      'finish',
    ]);
  });

  test('that breaks off or fails is an error to its reader, never a silent end', () => {
    const broken = read([...spoken(3, 1, [START, OPEN]), kept(3, 'disconnect', '')]);
    const failed = read([
      status({ status: 'failed', epoch: 3, attempt: 5, error: 'It answered 500.' }),
    ]);
    const lost = read([...spoken(3, 1, [START]), { type: 'resync', reason: 'x' }]);
    for (const { message, ends } of [broken, failed, lost]) {
      expect(message.end).toBe('error');
      expect(ends).toBe(1);
    }
    expect(failed.message.errorText).toBe('It answered 500.');
  });

  test('that is begun anew is taken back by those who can, and an error to the others', () => {
    const events = [
      ...spoken(3, 1, [START, { type: 'start-step' }, OPEN, say('Lost')]),
      ...spoken(3, 2, [START, { type: 'start-step' }, OPEN, say('Whole'), CLOSE, FINISH]),
    ];
    const end = kept(3, 'finish', 'Whole');
    expect(read([...events, end]).text).toBe('Whole');
    expect(read([...events, end], { canReset: false, retold: 0 }).message.end).toBe('error');
    // There was no content: no reader notices.
    const silent = [...spoken(3, 1, [START]), ...spoken(3, 2, WHOLE), end];
    expect(read(silent, { canReset: false, retold: 0 }).chunks).toEqual(WHOLE);
    // The first one was whole, and yet not kept.
    const lost = [...spoken(3, 1, WHOLE), ...spoken(3, 2, WHOLE), end];
    expect(read(lost)).toMatchObject({ text: 'Hello', ends: 1, message: { end: 'finish' } });
  });

  test('to a message that was merged into later work is that work’s', () => {
    expect(read([running(4, 1), ...spoken(4, 1, WHOLE), kept(4, 'finish', 'Hello')])).toMatchObject(
      {
        text: 'Hello',
        ends: 1,
      },
    );
  });

  test('that goes on with a message leaves out what its reader has of it', () => {
    const retold = [START, OPEN, say('Before'), CLOSE];
    const { chunks } = read(
      [
        ...spoken(3, 1, [...retold, { ...OPEN, id: '2' }, { ...say('After'), id: '2' }, FINISH]),
        kept(3, 'finish', 'After'),
      ],
      { canReset: true, retold: 3 },
    );
    expect(chunks.map(({ type, delta }) => delta ?? type)).toEqual([
      'start',
      'text-start',
      'After',
      'finish',
    ]);
  });

  test('has no gap and no double, whatever comes twice', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(WHOLE.length - 1), { maxLength: 30 }), (order) => {
        const events = order.flatMap((index) => spoken(3, 1, WHOLE).slice(index, index + 1));
        const { chunks, message } = read([...events, kept(3, 'finish', 'Hello')]);
        const received = chunks.filter(({ type }) => type !== 'error');
        if (message.end === 'finish') expect(message.parts).toMatchObject([{ type: 'text' }]);
        else expect(received).toEqual(WHOLE.slice(0, received.length));
      }),
    );
  });
});
