import { expect, test } from 'vitest';
import { isSealed, SecretBox, SecretUnreadableError } from './secret-box.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const box = new SecretBox(['the first passphrase']);

test('what is sealed opens again, and shows nothing of itself', () => {
  const sealed = box.seal(SECRET, 'bot');
  expect(isSealed(sealed)).toBe(true);
  expect(sealed).not.toContain(SECRET.slice(6, 20));
  expect(box.open(sealed, 'bot')).toBe(SECRET);
  expect(new SecretBox(['the first passphrase']).open(sealed, 'bot')).toBe(SECRET);
  expect(box.seal(SECRET, 'bot')).not.toBe(sealed);
});

test('the newest key encrypts, older ones still decrypt', () => {
  const old = box.seal(SECRET, 'bot');
  const both = new SecretBox(['another passphrase', 'the first passphrase']);
  expect(both.open(old, 'bot')).toBe(SECRET);
  const fresh = both.seal(SECRET, 'bot');
  expect(new SecretBox(['another passphrase']).open(fresh, 'bot')).toBe(SECRET);
  expect(() => box.open(fresh, 'bot')).toThrow(SecretUnreadableError);
});

test('a secret of one agent is none of another, and a changed one is none at all', () => {
  const sealed = box.seal(SECRET, 'bot');
  expect(() => box.open(sealed, 'other')).toThrow(SecretUnreadableError);
  const at = sealed.length - 8;
  const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
  expect(() => box.open(changed, 'bot')).toThrow(SecretUnreadableError);
  expect(() => box.open(`${sealed.slice(0, 20)}`, 'bot')).toThrow(SecretUnreadableError);
});

test('what was never sealed is what it is', () => {
  expect(box.open(SECRET, 'bot')).toBe(SECRET);
});
