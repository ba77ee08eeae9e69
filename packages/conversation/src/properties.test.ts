import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  apply,
  type Command,
  createGroupState,
  exportState,
  type GroupState,
  getSession,
  importState,
  parseCommand,
  readMessages,
  stateDigest,
  versioned,
} from './index.ts';
import { upTo } from './testing/commands.ts';
import { History } from './testing/history.ts';
import { type Intent, intents, Wishes } from './testing/intents.ts';

/** A failure prints the seed and the shortest run that shows it; `{ seed, path }` here replays it. */
const RUNS = { numRuns: 60 };

/** Applies a run and hands every step over. */
function run(
  wanted: readonly Intent[],
  step: (state: GroupState, command: Command) => void,
): GroupState {
  const state = createGroupState();
  for (const command of new Wishes().commands(state, wanted)) step(state, command);
  return state;
}

describe('any run of commands', () => {
  test('C3 numbers messages 1, 2, 3 ... without a gap, and keeps every index and count true', () => {
    fc.assert(
      fc.property(intents, (wanted) => {
        const history = new History();
        run(wanted, (state, command) => history.record(state, command, apply(state, command)));
      }),
      RUNS,
    );
  });

  test('C1 gives two replicas the same state, replies and effects', () => {
    fc.assert(
      fc.property(intents, (wanted) => {
        const replica = createGroupState();
        const leader = run(wanted, (state, command) => {
          const parsed = parseCommand(structuredClone(versioned(command)));
          if (!parsed.ok) {
            // Only what a leader would never propose: a cursor or watermark below zero.
            expect(parsed.error).toMatch(/must be an integer from/);
            return;
          }
          expect(apply(replica, parsed.command)).toEqual(apply(state, command));
        });
        expect(stateDigest(replica)).toBe(stateDigest(leader));
        expect(exportState(replica)).toEqual(exportState(leader));
      }),
      RUNS,
    );
  });

  test('C2 leaves the state as it was by every command that is refused', () => {
    fc.assert(
      fc.property(intents, (wanted) => {
        run(wanted, (state, command) => {
          const before = stateDigest(state);
          const { reply, effects } = apply(state, command);
          if (reply.type !== 'refused') return;
          expect(effects).toEqual([]);
          expect(stateDigest(state)).toBe(before);
        });
      }),
      RUNS,
    );
  });

  test('C4 goes on the same way from a snapshot taken anywhere in it', () => {
    fc.assert(
      fc.property(intents, fc.nat({ max: 200 }), (wanted, snapshotAfter) => {
        let steps = 0;
        let restored: GroupState | null = null;
        const original = run(wanted, (state, command) => {
          const expected = apply(state, command);
          if (restored !== null) expect(apply(restored, command)).toEqual(expected);
          steps += 1;
          if (steps === snapshotAfter) restored = importState(structuredClone(exportState(state)));
        });
        if (restored !== null) expect(exportState(restored)).toEqual(exportState(original));
      }),
      RUNS,
    );
  });

  test('C22 answers every message sent again as it did the first time, and commits nothing', () => {
    fc.assert(
      fc.property(intents, (wanted) => {
        const acknowledged: { readonly command: Command; readonly seq: number }[] = [];
        const state = run(wanted, (current, command) => {
          const { reply } = apply(current, command);
          if (command.type === 'append-message' && reply.type === 'appended' && !reply.duplicate)
            acknowledged.push({ command, seq: reply.message.seq });
        });
        const before = stateDigest(state);
        const living = acknowledged.filter(
          ({ command }) => getSession(state, Reflect.get(command, 'sessionId')) !== null,
        );
        for (const { command, seq } of living.slice(-200)) {
          const { reply, effects } = apply(state, command);
          expect(effects).toEqual([]);
          expect(reply.type === 'appended' ? reply.message.seq : Reflect.get(reply, 'seq')).toBe(
            seq,
          );
        }
        expect(stateDigest(state)).toBe(before);
      }),
      RUNS,
    );
  });

  test('C80 is read back whole by paging, from memory and archive together', () => {
    fc.assert(
      fc.property(intents, fc.integer({ min: 1, max: 20 }), (wanted, limit) => {
        const history = new History();
        const state = run(wanted, (current, command) =>
          history.record(current, command, apply(current, command)),
        );
        for (const session of state.sessions.values()) {
          if (session.status === 'erased') continue;
          const all = history.messagesOf(session.id);
          const read: number[] = [];
          for (let hasMore = true; hasMore; ) {
            const afterSeq = read.at(-1) ?? 0;
            const page = readMessages(session, { afterSeq }, upTo(limit));
            if (page.archive !== null) {
              expect(page.archive.throughSeq).toBeLessThanOrEqual(session.flushedSeq);
              for (let seq = page.archive.afterSeq; seq < page.archive.throughSeq; seq += 1)
                read.push(seq + 1);
            }
            read.push(...page.messages.map(({ seq }) => seq));
            expect(page.messages).toEqual(
              all.slice((page.messages[0]?.seq ?? 1) - 1).slice(0, page.messages.length),
            );
            hasMore = page.hasMore;
          }
          expect(read).toEqual(all.map(({ seq }) => seq));
        }
      }),
      RUNS,
    );
  });
});
