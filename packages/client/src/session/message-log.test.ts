import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyLog, hasGap, lastSeqOf, mergeMessages, prependMessages } from './message-log.ts';
import { message, messages } from './testing.ts';

describe('the window of messages', () => {
  test('any order and any number of repeats comes to the same gap-free list', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }), { maxLength: 20 }),
        (last, batches) => {
          let log = emptyLog(0);
          for (const batch of batches)
            log = mergeMessages(
              log,
              batch.filter((seq) => seq <= last).map((seq) => message(seq)),
            );
          expect(log.messages.map((held) => held.seq)).toEqual(
            log.messages.map((_, index) => index + 1),
          );
          log = mergeMessages(log, messages(1, last));
          expect(log.messages.map((held) => held.seq)).toEqual(
            messages(1, last).map((held) => held.seq),
          );
          expect(hasGap(log)).toBe(false);
        },
      ),
    );
  });

  test('a message beyond a gap is not shown until the gap is filled', () => {
    const gapped = mergeMessages(mergeMessages(emptyLog(0), messages(1, 2)), [message(4)]);
    expect(lastSeqOf(gapped)).toBe(2);
    expect(hasGap(gapped)).toBe(true);
    const filled = mergeMessages(gapped, [message(3)]);
    expect(filled.messages.map((held) => held.seq)).toEqual([1, 2, 3, 4]);
    expect(hasGap(filled)).toBe(false);
  });

  test('what is there already changes nothing, not even the object', () => {
    const log = mergeMessages(emptyLog(0), messages(1, 5));
    expect(mergeMessages(log, messages(2, 4))).toBe(log);
  });

  test('an older page goes in front only when it joins up', () => {
    const log = mergeMessages(emptyLog(10), messages(11, 12));
    const longer = prependMessages(log, messages(6, 10));
    expect(longer.afterSeq).toBe(5);
    expect(longer.messages.map((held) => held.seq)).toEqual([6, 7, 8, 9, 10, 11, 12]);
    expect(prependMessages(log, messages(3, 8))).toBe(log);
    expect(prependMessages(log, [message(8), message(10)])).toBe(log);
  });
});
