import { expect, it } from 'vitest';
import { ARCHIVE_UNREACHABLE } from '../ports.ts';
import { excerptOf, MessageSearches, SEARCHES_MAX } from './search-messages.ts';

it('shows what is round the place that was found', () => {
  const text = `${'a'.repeat(100)}\n\nthe  Refund of yesterday ${'b'.repeat(100)}`;
  const excerpt = excerptOf(text, 'refund');
  expect(excerpt).toMatch(/^…a+ the Refund of yesterday b+…$/);
  expect(excerptOf('Refund', 'refund')).toBe('Refund');
});

it('an excerpt is cut between characters as readers see them', () => {
  for (let before = 50; before <= 64; before += 1) {
    const excerpt = excerptOf(
      `👨‍👩‍👧‍👦${'x'.repeat(before)}refund${'y'.repeat(before)}🇳🇴!`,
      'refund',
    );
    expect(excerpt.replaceAll(/[…xy!]|refund|👨‍👩‍👧‍👦|🇳🇴/gu, '')).toBe('');
  }
});

it('looks for the characters that were typed, not for patterns', async () => {
  const asked: unknown[] = [];
  const query = <T>(_sql: string, ...values: readonly unknown[]): Promise<T[]> => {
    asked.push(...values);
    return Promise.resolve([]);
  };
  const database = {
    query,
    execute: () => Promise.resolve(0),
    close: () => Promise.resolve(),
  };
  await new MessageSearches(database, () => undefined).search({
    userId: 'ann',
    text: '50% off_',
    limit: 3,
  });
  expect(asked).toEqual(['ann', '%50\\% off\\_%', 3]);
});

it('says that the archive is unreachable, in words of its own, instead of finding nothing', async () => {
  const down = () => Promise.reject(new Error('no route to 10.1.2.3, near "SELECT secret"'));
  const failures: unknown[] = [];
  const database = { query: down, execute: down, close: () => Promise.resolve() };
  const searches = new MessageSearches(database, (error) => failures.push(error));
  expect(await searches.search({ userId: 'ann', text: 'x', limit: 3 })).toEqual({
    ok: false,
    error: { code: 'archive_unavailable', detail: ARCHIVE_UNREACHABLE },
  });
  expect(failures).toMatchObject([{ message: expect.stringContaining('no route') }]);
});

it('asks for a longer text when a search took too long', async () => {
  const slow = () => Promise.reject(Object.assign(new Error('canceled'), { code: '57014' }));
  const database = { query: slow, execute: slow, close: () => Promise.resolve() };
  const searches = new MessageSearches(database, () => undefined);
  expect(await searches.search({ userId: 'ann', text: 'x', limit: 3 })).toMatchObject({
    error: { code: 'archive_unavailable', detail: expect.stringContaining('longer text') },
  });
});

it('refuses searches beyond those that may run at a time, and takes them again afterwards', async () => {
  const { promise, resolve } = Promise.withResolvers<never[]>();
  const query = () => promise;
  const database = { query, execute: () => Promise.resolve(0), close: () => Promise.resolve() };
  const searches = new MessageSearches(database, () => undefined);
  const search = () => searches.search({ userId: 'ann', text: 'x', limit: 3 });
  const running = Array.from({ length: SEARCHES_MAX }, search);
  expect(await search()).toMatchObject({ ok: false, error: { code: 'archive_unavailable' } });
  resolve([]);
  await Promise.all(running);
  expect(await search()).toEqual({ ok: true, value: [] });
});
