import { expect, test } from 'vitest';
import { HashesBusyError, HashSlots } from './hash-slots.ts';

test('hashes run a few at a time, wait in order, and are refused beyond that', async () => {
  const slots = new HashSlots(2, 3);
  const works = Array.from({ length: 6 }, () => Promise.withResolvers<void>());
  const started: number[] = [];
  const results = works.map((work, at) =>
    slots.run(() => {
      started.push(at);
      return work.promise;
    }),
  );
  await expect(results[5]).rejects.toThrow(HashesBusyError);
  expect(started).toEqual([0, 1]);
  works[0]?.resolve();
  await results[0];
  await expect.poll(() => started).toEqual([0, 1, 2]);
  works[1]?.reject(new Error('wrong'));
  await expect(results[1]).rejects.toThrow('wrong');
  for (const work of works) work.resolve();
  await Promise.all([results[2], results[3], results[4]]);
  expect(started).toEqual([0, 1, 2, 3, 4]);
  expect(await slots.run(() => Promise.resolve('free'))).toBe('free');
});
