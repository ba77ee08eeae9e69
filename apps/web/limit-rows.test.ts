import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTENT_BYTES_MAX, contentSchema, METADATA_BYTES_MAX } from '@fleetlm/protocol';
import { expect, test } from 'vitest';
import * as z from 'zod';
import {
  CHECKED_PASSWORD_LENGTH_MAX,
  COMPOSED_MESSAGE_BYTES_MAX,
  COMPOSED_TEXT_BYTES_MAX,
  EMAIL_LENGTH_MAX,
  ROUTE_BODY_BYTES_MAX,
  THUMBNAIL_LENGTH_MAX,
} from './common/limits.ts';
import { PASSWORD_LENGTH_MAX } from './common/password-length.ts';
import { signInSchema } from './common/sign-in-schema.ts';
import { isLongerThan } from './common/text/json-length.ts';
import { ATTACHMENTS_MAX } from './features/chat/composer/attachments.ts';

const ROOT = import.meta.dirname;

test('a form takes what is at its limits, and nothing beyond', () => {
  const form = z.object(signInSchema);
  const takes = (email: number, password: number): boolean =>
    form.safeParse({ email: 'e'.repeat(email), password: 'p'.repeat(password) }).success;
  for (const less of [0, 1])
    expect(takes(EMAIL_LENGTH_MAX - less, CHECKED_PASSWORD_LENGTH_MAX - less)).toBe(true);
  expect(takes(EMAIL_LENGTH_MAX + 1, 1)).toBe(false);
  expect(takes(1, CHECKED_PASSWORD_LENGTH_MAX + 1)).toBe(false);
});

test('no form or route writes a bound as a number', () => {
  const files = globSync('{app,features,server,common,shell,ui}/**/*.{ts,tsx}', { cwd: ROOT });
  expect(files.length).toBeGreaterThan(100);
  const written = files
    .filter((file) => !/\.test\.tsx?$/.test(file))
    .filter((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      return /z\.[^;]*?\.(?:min|max|length)\(\d{2,}/.test(text);
    });
  expect(written).toEqual([]);
});

test.each(['x', 'ö', '"', '\n', '\u0001', '用'])(
  'a text of %j is measured as the cluster measures it',
  (character) => {
    for (let bytes = COMPOSED_TEXT_BYTES_MAX - 7; bytes < COMPOSED_TEXT_BYTES_MAX + 7; bytes += 1) {
      const width = Buffer.byteLength(JSON.stringify(character)) - 2;
      const count = Math.floor((bytes - 2) / width);
      const text = character.repeat(count) + 'x'.repeat(bytes - 2 - count * width);
      expect(isLongerThan(text, COMPOSED_TEXT_BYTES_MAX)).toBe(bytes > COMPOSED_TEXT_BYTES_MAX);
      expect(contentSchema.safeParse({ text }).success || bytes > COMPOSED_TEXT_BYTES_MAX).toBe(
        true,
      );
    }
  },
);

test('what the composer takes fits a message', () => {
  expect(COMPOSED_TEXT_BYTES_MAX).toBeLessThan(COMPOSED_MESSAGE_BYTES_MAX);
  expect(ATTACHMENTS_MAX * THUMBNAIL_LENGTH_MAX).toBeLessThan(COMPOSED_MESSAGE_BYTES_MAX / 2);
  // With room for the names of the fields.
  expect(COMPOSED_MESSAGE_BYTES_MAX).toBeLessThan(CONTENT_BYTES_MAX);
});

test('a form fits the body of a route, every character of it escaped', () => {
  expect(6 * (EMAIL_LENGTH_MAX + CHECKED_PASSWORD_LENGTH_MAX)).toBeLessThan(ROUTE_BODY_BYTES_MAX);
  expect(PASSWORD_LENGTH_MAX).toBeLessThanOrEqual(CHECKED_PASSWORD_LENGTH_MAX);
  expect(METADATA_BYTES_MAX).toBeLessThanOrEqual(ROUTE_BODY_BYTES_MAX);
});
