import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorText } from '../error-text.ts';
import { failureSignature, gistOf } from './failure-signature.ts';

/** What the signature was made with at first: failures that are stored have these. */
function specified(text: string): string {
  return text
    .replaceAll(/"[^"]*"|'[^']*'|\{.*\}/g, '…')
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/gi, '…')
    .replaceAll(/[0-9a-f]{16,}/gi, '…')
    .replaceAll(/\d+/g, '#');
}

test('leaves out what differs between failures of one kind', () => {
  const text = errorText('no "alice" at 10.0.0.1: {"a":{}} of 0123456789abcdef, it\'s 7');
  expect(failureSignature('error_chunk', null, text)).toBe(
    "error_chunk no … at #.#.#.#: … of …, it's #",
  );
  expect(failureSignature('http_status', 503, text)).toBe('http_status 503');
});

test('gives any text the gist that its pattern gives', () => {
  const unit = fc.constantFrom('{', '}', '"', "'", '\n', '\u2028', 'a', '1', ' ', '👋');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
      expect(gistOf(text)).toBe(specified(text));
    }),
    { numRuns: 3_000 },
  );
});

test.each(['{', '"', "'", '{"', '{\n', '"{\'', 'a', '0', '01234567-', '{}'])(
  'reads a megabyte of %j in linear time',
  (unit) => {
    const text = unit.repeat(1024 * 1024).slice(0, 1024 * 1024);
    const startedAt = performance.now();
    gistOf(text);
    // The pattern took 14 s for an eighth of it.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  },
);
