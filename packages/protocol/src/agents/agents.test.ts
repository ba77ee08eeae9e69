import { expect, test } from 'vitest';
import { createAgentSchema } from './agents.ts';

const nameIsAccepted = (name: string): boolean =>
  createAgentSchema.safeParse({ agent: { id: 'bot', name, origin_url: 'https://bot.example' } })
    .success;

test.each(['👨‍👩‍👧 Family', '👩🏽‍🚀', '❤️‍🔥', '🏳️‍🌈 Ava', 'می‌خواهم', 'क्‍ष', 'Ava'])(
  'a name with joiners that join is accepted: %s',
  (name) => expect(nameIsAccepted(name)).toBe(true),
);

test.each([
  '',
  'Ava\u200d',
  '\u200dAva',
  'A \u200d va',
  'Ava\u200b',
  'A\u202Eva',
  'A\u200d\u200dv',
  'a\nb',
])('a name that hides something is refused: %j', (name) =>
  expect(nameIsAccepted(name)).toBe(false),
);

test('a long name takes no longer than its length allows', () => {
  const startedAt = performance.now();
  nameIsAccepted('a\u200d'.repeat(500_000));
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
