import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonBytesBound, jsonStringBytes, SizeCount } from './json-size.ts';

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

test('counts a string as JSON writes it, half characters included', () => {
  const unit = fc.constantFrom('a', '"', '\\', '\n', '\0', 'ö', '€', '👋', '\ud83d', '\udc4b');
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      expect(jsonStringBytes(text)).toBe(bytesOf(text));
    }),
    { numRuns: 1_000 },
  );
  const all = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
  expect(all.filter((character) => jsonStringBytes(character) !== bytesOf(character))).toEqual([]);
});

test('is never below what a value takes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(jsonBytesBound(value)).toBeGreaterThanOrEqual(bytesOf(value));
    }),
    { numRuns: 1_000 },
  );
});

test('measures when the bound is reached, and not again for every byte', () => {
  const count = new SizeCount(100, 10);
  let measured = 0;
  const exactly = (size: number) => (): number => {
    measured += 1;
    return size;
  };
  expect(count.admits(100, exactly(0))).toBe(true);
  expect(measured).toBe(0);
  expect(count.admits(10, exactly(50))).toBe(true);
  expect(count.admits(50, exactly(0))).toBe(true);
  expect(measured).toBe(1);
  expect(count.admits(1, exactly(99))).toBe(true);
  expect(count.admits(1, exactly(0))).toBe(true);
  expect(measured).toBe(2);
  expect(count.admits(1, exactly(0))).toBe(false);
  expect(measured).toBe(2);
  expect(count.admits(20, exactly(101))).toBe(false);
});
