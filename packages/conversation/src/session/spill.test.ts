import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  apply,
  createGroupState,
  exportState,
  flushCandidates,
  getSession,
  readMessages,
  type SpillStore,
  spillTails,
  stateDigest,
} from '../index.ts';
import {
  create,
  flushed,
  groupAfter,
  message,
  SESSION,
  say,
  sessionOf,
  upTo,
} from '../testing/commands.ts';
import { intents, SESSIONS, Wishes } from '../testing/intents.ts';

/** A store in memory that notices what is read after it was freed. */
class Shelf implements SpillStore {
  readonly kept = new Map<number, Uint8Array>();
  full = false;
  #next = 0;

  write(bytes: Uint8Array): number | null {
    if (this.full) return null;
    this.#next += 1;
    this.kept.set(this.#next, new Uint8Array(bytes));
    return this.#next;
  }

  read(handle: number): Uint8Array {
    const bytes = this.kept.get(handle);
    if (bytes === undefined) throw new Error(`${handle} was freed`);
    return new Uint8Array(bytes);
  }

  free(handle: number): void {
    if (!this.kept.delete(handle)) throw new Error(`${handle} was freed twice`);
  }
}

const large = (number: number) =>
  say(number, { message: message(number, { payload: new Uint8Array(5_000).fill(number) }) });

describe('messages that wait for Postgres, out of memory', () => {
  test('C97 are read, flushed and exported as if they were in memory, and are let go of with the watermark', () => {
    const shelf = new Shelf();
    const commands = Array.from({ length: 300 }, (_, at) => large(at + 1));
    const spilled = groupAfter(create(), ...commands);
    const plain = groupAfter(create(), ...commands);
    expect(spillTails(spilled, shelf, 1e9)).toBeGreaterThan(1_000_000);
    expect(shelf.kept.size).toBeGreaterThan(3);
    expect(exportState(spilled)).toEqual(exportState(plain));
    for (const range of [{ afterSeq: 0 }, { afterSeq: 97 }, { beforeSeq: 240 }, { afterSeq: 290 }])
      expect(readMessages(sessionOf(spilled), range, upTo(50))).toEqual(
        readMessages(sessionOf(plain), range, upTo(50)),
      );
    for (const bytesMax of [1, 20_000, 700_000, 1e9])
      expect(flushCandidates(spilled, 9_999, { bytesMax })).toEqual(
        flushCandidates(plain, 9_999, { bytesMax }),
      );
    for (const seq of [1, 60, 61, 200, 299, 300]) {
      for (const state of [spilled, plain]) apply(state, flushed(seq, seq));
      expect(stateDigest(spilled)).toBe(stateDigest(plain));
      expect(flushCandidates(spilled, 9_999)).toEqual(flushCandidates(plain, 9_999));
    }
    expect(shelf.kept.size).toBe(0);
  });

  test('C97 stay in memory when there is no room for them', () => {
    const shelf = new Shelf();
    shelf.full = true;
    const state = groupAfter(create(), ...Array.from({ length: 100 }, (_, at) => large(at + 1)));
    const digest = stateDigest(state);
    expect(spillTails(state, shelf, 1e9)).toBe(0);
    expect(stateDigest(state)).toBe(digest);
  });

  test('C97 make no difference to any run of commands', () => {
    fc.assert(
      fc.property(intents, fc.nat({ max: 5 }), (wanted, rhythm) => {
        const shelf = new Shelf();
        const spilled = createGroupState();
        const plain = createGroupState();
        const swollen = new Uint8Array(60_000);
        let step = 0;
        for (const command of new Wishes().commands(plain, wanted)) {
          const one =
            command.type === 'append-message'
              ? { ...command, message: { ...command.message, payload: swollen } }
              : command;
          expect(apply(spilled, one)).toEqual(apply(plain, one));
          step += 1;
          const kept = step % 3 === 0 ? 'least' : 'usual';
          if (step % (rhythm + 1) === 0) spillTails(spilled, shelf, 1e9, kept);
        }
        expect(exportState(spilled)).toEqual(exportState(plain));
        for (const id of SESSIONS)
          expect(getSession(spilled, id)?.tail).toEqual(getSession(plain, id)?.tail);
      }),
      { numRuns: 30 },
    );
  });

  test('C97 all but the newest of each session leave when memory is short, and memory is free then', () => {
    const shelf = new Shelf();
    const commands = Array.from({ length: 60 }, (_, at) => large(at + 1));
    const spilled = groupAfter(create(), ...commands);
    const plain = groupAfter(create(), ...commands);
    expect(spillTails(spilled, shelf, 1e9)).toBe(0);
    expect(spillTails(spilled, shelf, 1e9, 'least')).toBeGreaterThan(59 * 5_000);
    expect(spilled.memoryBytes).toBeLessThan(20_000);
    expect(sessionOf(spilled).tail).toEqual(sessionOf(plain).tail);
    for (const seq of [1, 59, 60]) {
      for (const state of [spilled, plain]) apply(state, flushed(seq, seq));
      expect(stateDigest(spilled)).toBe(stateDigest(plain));
    }
    for (const state of [spilled, plain]) apply(state, say(61));
    expect(stateDigest(spilled)).toBe(stateDigest(plain));
  });

  test('C97 an eviction takes what it needs with it', () => {
    const shelf = new Shelf();
    const state = groupAfter(create(), ...Array.from({ length: 200 }, (_, at) => large(at + 1)));
    spillTails(state, shelf, 1e9);
    apply(state, flushed(200, 201));
    expect(shelf.kept.size).toBe(0);
    expect(sessionOf(state, SESSION).tail).toHaveLength(64);
  });
});
