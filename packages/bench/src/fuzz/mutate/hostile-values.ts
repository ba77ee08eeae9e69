import * as limits from '@fleetlm/protocol/plain';
import { between, pick } from '../../torture/seeded-random.ts';
import { bytesOf, type Payload } from '../inputs/payload.ts';

/** Names of all bounds of the edge, with their values: a text of each length, one less, one more. */
export const NAMED_LIMITS: ReadonlyMap<string, number> = new Map(
  Object.entries(limits).filter(
    (entry): entry is [string, number] =>
      typeof entry[1] === 'number' && entry[0].endsWith('_MAX') && entry[1] <= 4 * 1024 * 1024,
  ),
);

/** Depths around what is allowed, and those at which a recursive reader runs out of stack. */
export const DEPTHS = [
  limits.JSON_DEPTH_MAX - 1,
  limits.JSON_DEPTH_MAX,
  limits.JSON_DEPTH_MAX + 1,
  1_000,
  6_000,
  100_000,
] as const;

/** Texts that patterns with backtracking, parsers and databases stumble over; quoted, as in JSON. */
const PATTERNS: readonly ((length: number) => Payload)[] = [
  (length) => quoted({ repeat: '{', times: length }),
  (length) => quoted({ concat: ['1', { repeat: '-', times: length }, '1'] }),
  (length) => quoted({ concat: [{ repeat: ' ', times: length }, 'x'] }),
  (length) => quoted({ repeat: '\\\\', times: length }),
  (length) => quoted({ repeat: '\\u0000', times: Math.ceil(length / 6) }),
  (length) => quoted({ repeat: '<', times: length }),
  (length) => quoted({ repeat: '0123456789abcdef', times: Math.ceil(length / 16) }),
  (length) => quoted({ repeat: 'a@', times: Math.ceil(length / 2) }),
  (length) => quoted({ repeat: '%', times: length }),
];

/** Sizes at which something quadratic shows: seconds at the larger ones. */
const PATTERN_LENGTHS = [100, 4_096, 65_536, 131_072, 262_144] as const;

/** Values in JSON's syntax or just outside of it. */
const ODD_VALUES: readonly Payload[] = [
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '-0',
  '1e999',
  '-1e999',
  '1e308',
  '1e-400',
  '9007199254740993',
  '0.1',
  '-1',
  '2147483648',
  '18446744073709551616',
  'NaN',
  'undefined',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"\\u202e\\ufeff\\u2028"',
  '"constructor"',
  '"__proto__"',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":1,"valueOf":null,"then":"x"}',
  '{"length":4294967295}',
  `"'; DROP TABLE messages; --"`,
  '"%00%0d%0aset-cookie: a=b"',
  '"../../../../etc/passwd"',
  quoted(bytesOf(0xff, 0xfe)),
  quoted(bytesOf(0xed, 0xa0, 0x80)),
  quoted(bytesOf(0xc0, 0x80)),
  quoted(bytesOf(0xf4, 0x90, 0x80, 0x80)),
  quoted(bytesOf(0x00)),
  quoted(bytesOf(0xef, 0xbb, 0xbf)),
  quoted('\n'),
  { repeat: '9', times: 100_000 },
  { concat: ['0.', { repeat: '0', times: 100_000 }, '1'] },
  { concat: ['[', { repeat: '1e308,', times: 20_000 }, '0]'] },
  { concat: ['[', { repeat: '{},', times: 20_000 }, '0]'] },
];

export const ODD_KEYS: readonly Payload[] = [
  '"__proto__"',
  '"constructor"',
  '"hasOwnProperty"',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"0"',
  '"unknown_field"',
  quoted({ repeat: 'k', times: 70_000 }),
];

export function quoted(inner: Payload): Payload {
  return { concat: ['"', inner, '"'] };
}

/** Lists or objects in each other, so deep. */
export function nested(depth: number, open: string, inner: Payload, close: string): Payload {
  return { concat: [{ repeat: open, times: depth }, inner, { repeat: close, times: depth }] };
}

/** A text as long as a limit, one less or one more; with characters of one, two or three bytes. */
export function atLimit(random: () => number): Payload {
  const [, limit] = pick([...NAMED_LIMITS], random);
  const length = Math.max(0, limit + between(-1, 1, random));
  return quoted({ repeat: pick(['a', 'a', 'ä', '語'], random), times: length });
}

/** Any JSON-like value that a careless reader may not survive. */
export function hostileValue(random: () => number): Payload {
  switch (between(0, 3, random)) {
    case 0:
      return atLimit(random);
    case 1: {
      const depth = pick(DEPTHS, random);
      return random() < 0.5 ? nested(depth, '[', '', ']') : nested(depth, '{"a":', '1', '}');
    }
    case 2:
      return pick(PATTERNS, random)(pick(PATTERN_LENGTHS, random));
    default:
      return pick(ODD_VALUES, random);
  }
}
