import { describe, expect, test } from 'vitest';
import { trackedFiles } from '../house-rules/tracked-files.ts';
import { superLinear } from './backtracking.ts';
import { superLinearRegexps } from './check-regexps.ts';
import { findRegexps } from './find-regexps.ts';

const COLD_LIMIT_MS = 180_000;

test(
  'no regular expression of run-time code takes more than linear time',
  async () => {
    expect(await superLinearRegexps(trackedFiles())).toEqual([]);
  },
  COLD_LIMIT_MS,
);

describe('the check sees what it is made for', () => {
  test.each([
    ['\\{.*\\}', 'g'],
    ['[-+.eE]+$', ''],
    ['/+$', ''],
    ['(a+)+$', ''],
    ['^\\s*(?:#|>)\\s+', 'gm'],
    ['^(?:a|a)+$', ''],
  ])('/%s/%s is super-linear', async (source, flags) => {
    expect(await superLinear(source, flags)).toMatch(/polynomial|exponential/);
  });

  test.each([
    ['^[A-Za-z0-9.:_-]{1,253}$', ''],
    ['\\d+', 'g'],
    ['^[a-z]+:', ''],
    ['"[^"\\n]{0,200}"', 'g'],
  ])('/%s/%s is linear', async (source, flags) => {
    expect(await superLinear(source, flags)).toBeNull();
  });

  test('literals, constant patterns and patterns made at run time are distinguished', () => {
    const text = [
      'const a = <T,>(x: T) => x / 2 / 3;',
      'const b = /a+/g;',
      "const c = new RegExp('b+', 'i');",
      'const d = RegExp(`c+`);',
      'const e = new RegExp(`$' + '{b}d+`);',
      'const f = new RegExp(a);',
      '// const g = /e+/;',
    ].join('\n');
    expect(findRegexps('a.ts', text)).toEqual({
      literals: expect.arrayContaining([
        { line: 2, source: 'a+', flags: 'g' },
        { line: 3, source: 'b+', flags: 'i' },
        { line: 4, source: 'c+', flags: '' },
      ]),
      madeAtRunTime: expect.arrayContaining([5, 6]),
    });
  });

  test('an exemption covers one pattern of one file, and goes when that does', async () => {
    const file = { path: 'apps/web/common/x.ts', text: 'export const x = /\\/+$/;\n' };
    const exemption = { path: file.path, source: '\\/+$', lengthMax: 100, why: 'a test' };
    expect(await superLinearRegexps([file], [], null)).toEqual([expect.stringContaining('x.ts:1')]);
    expect(await superLinearRegexps([file], [exemption], null)).toEqual([]);
    expect(await superLinearRegexps([], [exemption], null)).toEqual([
      expect.stringContaining('no longer has'),
    ]);
    expect(await superLinearRegexps([file], [{ ...exemption, lengthMax: 4_097 }], null)).toEqual([
      expect.stringContaining('at most 4096'),
    ]);
  });
});
