import { expect, test } from 'vitest';
import { REDACTED, SecretFilter } from './secret-filter.ts';

const TOKEN = 'tok-0123456789abcdef';

test('a secret is taken out whole, in parts, and as JSON writes it', () => {
  const filter = new SecretFilter([`Bearer ${TOKEN}`, 'quo"ted/secret', 'whsec_QUJDREVGR0g=']);
  expect(filter.redact(`you sent Bearer ${TOKEN}`)).toBe(`you sent ${REDACTED}`);
  expect(filter.redact(`{"token":"${TOKEN}"}`)).toBe(`{"token":"${REDACTED}"}`);
  expect(filter.redact(JSON.stringify({ key: 'quo"ted/secret' }))).not.toContain('ted/secret');
  expect(filter.redact('quo\\"ted\\/secret')).toBe(REDACTED);
  expect(filter.redact('QUJDREVGR0g=')).toBe(REDACTED);
});

test('wherever a text is cut, no part of a secret is left', () => {
  const filter = new SecretFilter([TOKEN]);
  for (let before = 0; before <= 64; before += 1) {
    const text = `${'-'.repeat(before)}${TOKEN}${TOKEN} and so on ${'-'.repeat(100)}`;
    for (const [given, isCut] of [
      [text, false],
      [text.slice(0, 40 + filter.overlap), true],
    ] as const) {
      const { text: kept, isTruncated } = filter.beginning(given, 40, isCut);
      expect(isTruncated).toBe(true);
      expect(kept.length).toBeLessThanOrEqual(40);
      expect(kept).not.toContain('tok-');
    }
  }
});

test('a text that fits is kept to its end', () => {
  expect(new SecretFilter([TOKEN]).beginning('short', 5)).toEqual({
    text: 'short',
    isTruncated: false,
  });
  expect(new SecretFilter([]).beginning('longer', 5)).toEqual({ text: 'longe', isTruncated: true });
});

test('the end of a text that was cut anywhere reveals nothing of a secret', () => {
  const filter = new SecretFilter([TOKEN, 'a'.repeat(4_096)]);
  const text = `before ${TOKEN}`;
  for (let cut = 0; cut <= text.length; cut += 1)
    expect(filter.redactCut(text.slice(0, cut))).not.toContain(TOKEN.slice(0, 8));
  const startedAt = performance.now();
  filter.redactCut('a'.repeat(2_000));
  expect(performance.now() - startedAt).toBeLessThan(500);
});
