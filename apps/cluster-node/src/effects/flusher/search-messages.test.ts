import { expect, it } from 'vitest';
import { excerptOf, searchMessages } from './search-messages.ts';

it('shows what is round the place that was found', () => {
  const text = `${'a'.repeat(100)}\n\nthe  Refund of yesterday ${'b'.repeat(100)}`;
  const excerpt = excerptOf(text, 'refund');
  expect(excerpt).toMatch(/^…a+ the Refund of yesterday b+…$/);
  expect(excerptOf('Refund', 'refund')).toBe('Refund');
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
  await searchMessages(database, { userId: 'ann', text: '50% off_', limit: 3 });
  expect(asked).toEqual(['ann', '%50\\% off\\_%', 3]);
});

it('says that the archive is away instead of finding nothing', async () => {
  const down = () => Promise.reject(new Error('no route'));
  const outcome = await searchMessages(
    { query: down, execute: down, close: () => Promise.resolve() },
    { userId: 'ann', text: 'x', limit: 3 },
  );
  expect(outcome).toEqual({
    ok: false,
    error: { code: 'archive_unavailable', detail: 'no route' },
  });
});
