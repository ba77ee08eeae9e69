import { describe, expect, test } from 'vitest';
import { formatSessionId, groupOfSession, isSessionId } from './session-id.ts';

const ULID = '01J8ZZZZZZZZZZZZZZZZZZZZZZ';

describe('session ids', () => {
  test.each([0, 15, 127, 255])('carry group %d', (group) => {
    expect(groupOfSession(formatSessionId(group, ULID))).toBe(group);
  });

  test.each([
    '',
    ULID,
    `7F-${ULID}`,
    `7-${ULID}`,
    `7f-${ULID.toLowerCase()}`,
    `7f-8${ULID.slice(1)}`,
    `7f-${ULID}0`,
    `7f-${ULID.slice(1)}U`,
    `7f-${ULID}\n`,
  ])('%j is none', (text) => {
    expect(isSessionId(text)).toBe(false);
    expect(groupOfSession(text)).toBeNull();
  });

  test('are not made of parts that are wrong', () => {
    expect(() => formatSessionId(256, ULID)).toThrow(RangeError);
    expect(() => formatSessionId(1, 'x')).toThrow(RangeError);
  });
});
