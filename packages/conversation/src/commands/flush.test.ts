import { describe, expect, test } from 'vitest';
import {
  apply,
  exportState,
  flushCandidates,
  importState,
  stateDigest,
  TAIL_BYTES_MAX,
  TAIL_MESSAGES_MIN,
} from '../index.ts';
import {
  create,
  flushed,
  groupAfter,
  message,
  OTHER_SESSION,
  read,
  SESSION,
  say,
  sessionOf,
} from '../testing/commands.ts';

const many = (count: number, sessionId = SESSION) =>
  Array.from({ length: count }, (_, index) => say(index + 1, { sessionId }));

function rowsOf(state: ReturnType<typeof groupAfter>, rowsMax: number) {
  return flushCandidates(state, rowsMax).map(({ session, messages, watermark }) => ({
    id: session.id,
    seqs: messages.map(({ seq }) => seq),
    ...watermark,
  }));
}

describe('watermarks', () => {
  test('C70 a watermark grows only', () => {
    const state = groupAfter(create(), ...many(5), flushed(4, 5));
    const before = stateDigest(state);
    expect(apply(state, flushed(2, 3))).toEqual({ reply: { type: 'done' }, effects: [] });
    expect(stateDigest(state)).toBe(before);
    expect(sessionOf(state)).toMatchObject({ flushedSeq: 4, flushedVersion: 5 });
  });

  test.each([
    ['message', 3, 1],
    ['version', 2, 9],
  ])('C71 a watermark beyond the newest %s refuses the whole command', (_name, seq, version) => {
    const state = groupAfter(create(), ...many(2), create({ sessionId: OTHER_SESSION }));
    const before = stateDigest(state);
    const watermarks = [
      { sessionId: OTHER_SESSION, seq: 0, sessionVersion: 1 },
      { sessionId: SESSION, seq, sessionVersion: version },
    ];
    expect(
      apply(state, { type: 'mark-flushed', mark: 1, watermarks, timeMs: 1 }).reply,
    ).toMatchObject({
      code: 'seq-beyond-last',
    });
    expect(stateDigest(state)).toBe(before);
  });

  test('C72 memory keeps all that is not in Postgres, and of the rest what makes up the newest 64', () => {
    const state = groupAfter(create(), ...many(200));
    const seqs = () => sessionOf(state).tail.map(({ seq }) => seq);
    const upTo200 = (first: number) =>
      Array.from({ length: 201 - first }, (_, index) => first + index);
    expect(seqs()).toEqual(upTo200(1));
    apply(state, flushed(50, 51));
    expect(seqs()).toEqual(upTo200(51));
    apply(state, flushed(200, 201));
    expect(seqs()).toEqual(upTo200(201 - TAIL_MESSAGES_MIN));
    apply(state, say(201));
    expect(seqs()).toEqual([...upTo200(202 - TAIL_MESSAGES_MIN), 201]);
    expect(
      sessionOf(state)
        .tail.map(({ id }) => id)
        .at(-1),
    ).toBe('0197d3b0-0000-7000-8000-0000000000c9');
  });

  test('C72 large messages that are in Postgres leave memory beyond 1 MiB, all but the newest', () => {
    const heavy = (number: number, bytes: number) =>
      say(number, { message: message(number, { payload: new Uint8Array(bytes) }) });
    const state = groupAfter(
      create(),
      ...Array.from({ length: 10 }, (_, at) => heavy(at + 1, 300_000)),
    );
    const seqs = () => sessionOf(state).tail.map(({ seq }) => seq);
    expect(seqs()).toHaveLength(10);
    apply(state, flushed(5, 6));
    expect(seqs()).toEqual([6, 7, 8, 9, 10]);
    apply(state, flushed(10, 11));
    expect(seqs()).toEqual([8, 9, 10]);
    apply(state, heavy(11, 2 * TAIL_BYTES_MAX));
    expect(seqs()).toEqual([11]);
    apply(state, flushed(11, 12));
    expect(seqs()).toEqual([11]);
    expect(state.memoryBytes).toBeLessThan(4 * TAIL_BYTES_MAX);
  });
});

describe('the mark', () => {
  test('C77 grows only, and is in the snapshot', () => {
    const state = groupAfter(create(), say(1));
    apply(state, { type: 'mark-flushed', mark: 7, watermarks: [], timeMs: 1 });
    apply(state, { type: 'mark-flushed', mark: 3, watermarks: [], timeMs: 2 });
    expect(state.archiveMark).toBe(7);
    expect(importState(structuredClone(exportState(state))).archiveMark).toBe(7);
  });
});

describe('what the flusher reads', () => {
  test('C73 a batch is bounded in bytes, and a session that is left out blocks no others', () => {
    const state = groupAfter(create(), ...many(4), create({ sessionId: OTHER_SESSION }));
    const cut = flushCandidates(state, 100, { bytesMax: 1 });
    expect(cut.map(({ watermark, messages }) => [watermark.seq, messages.length])).toEqual([
      [1, 1],
    ]);
    const others = flushCandidates(state, 2, { except: new Set([SESSION]) });
    expect(others.map(({ session }) => session.id)).toEqual([OTHER_SESSION]);
  });

  test('C73 sessions that waited longest come first, and never more rows than asked for', () => {
    const state = groupAfter(
      create({ sessionId: OTHER_SESSION }),
      create(),
      ...many(4),
      ...many(2, OTHER_SESSION),
    );
    expect(rowsOf(state, 100)).toEqual([
      { id: OTHER_SESSION, seqs: [1, 2], sessionId: OTHER_SESSION, seq: 2, sessionVersion: 3 },
      { id: SESSION, seqs: [1, 2, 3, 4], sessionId: SESSION, seq: 4, sessionVersion: 5 },
    ]);
    expect(rowsOf(state, 6).map(({ id, seqs }) => [id, seqs])).toEqual([
      [OTHER_SESSION, [1, 2]],
      [SESSION, [1, 2]],
    ]);
    expect(rowsOf(state, 4).map(({ id, seqs }) => [id, seqs])).toEqual([
      [OTHER_SESSION, [1, 2]],
      [SESSION, []],
    ]);
    expect(rowsOf(state, 3).map(({ id }) => id)).toEqual([OTHER_SESSION]);
    expect(rowsOf(state, 0)).toEqual([]);
  });

  test('C74 a session is a candidate while a message or its own row is missing, and not after', () => {
    const state = groupAfter(create());
    expect(rowsOf(state, 9)).toMatchObject([{ seqs: [], seq: 0, sessionVersion: 1 }]);
    apply(state, flushed(0, 1));
    expect(rowsOf(state, 9)).toEqual([]);
    apply(state, say(1));
    apply(state, flushed(1, 2));
    expect(rowsOf(state, 9)).toEqual([]);
    apply(state, read(1));
    expect(rowsOf(state, 9)).toMatchObject([{ seqs: [], seq: 1, sessionVersion: 3 }]);
    apply(state, flushed(1, 2));
    expect(rowsOf(state, 9)).toHaveLength(1);
    apply(state, flushed(1, 3));
    expect(rowsOf(state, 9)).toEqual([]);
  });

  test('C75 a session that was written in part goes behind the others', () => {
    const state = groupAfter(create(), ...many(9), create({ sessionId: OTHER_SESSION }));
    const [first] = rowsOf(state, 5);
    expect(first).toMatchObject({ id: SESSION, seqs: [1, 2, 3, 4] });
    apply(state, flushed(4, 10));
    expect(rowsOf(state, 5).map(({ id, seqs }) => [id, seqs])).toEqual([
      [OTHER_SESSION, []],
      [SESSION, [5, 6, 7]],
    ]);
  });

  test('C76 the backlog is the number of messages above the watermarks', () => {
    const state = groupAfter(create(), ...many(7), create({ sessionId: OTHER_SESSION }));
    expect(state.flushBacklog).toBe(7);
    apply(state, flushed(5, 6));
    expect(state.flushBacklog).toBe(2);
    apply(state, say(1, { sessionId: OTHER_SESSION }));
    expect(state.flushBacklog).toBe(3);
  });
});
