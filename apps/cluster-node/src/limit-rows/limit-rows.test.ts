import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LIMIT_ROWS } from './index.ts';
import { PROBES } from './testing/probes.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const textOf = (path: string): string => {
  const file = join(ROOT, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

describe('every row of the limits', () => {
  test('names its input alone', () => {
    const inputs = LIMIT_ROWS.map(({ edge, input }) => `${edge}: ${input}`);
    expect(new Set(inputs).size).toBe(inputs.length);
  });

  test('has a whole number that is not negative', () => {
    expect(LIMIT_ROWS.filter(({ value }) => !Number.isSafeInteger(value) || value < 0)).toEqual([]);
  });

  test('is enforced in a file that mentions its constant', () => {
    const wrong = LIMIT_ROWS.filter(({ name, enforcedIn }) => {
      const [constant = ''] = name.split('.');
      return !new RegExp(`\\b${constant}\\b`).test(textOf(enforcedIn));
    });
    expect(wrong.map(({ input, name, enforcedIn }) => ({ input, name, enforcedIn }))).toEqual([]);
  });

  test('has a test that exists, or a probe of its boundary', () => {
    const wrong = LIMIT_ROWS.filter(({ edge, input, test: proof }) =>
      proof === 'boundary'
        ? !PROBES.has(`${edge}: ${input}`)
        : !textOf(proof.file).includes(proof.title),
    );
    expect(
      wrong.map(({ edge, input, test: proof }) => ({ row: `${edge}: ${input}`, proof })),
    ).toEqual([]);
  });

  test('is the only one that a probe is for', () => {
    const probed = LIMIT_ROWS.filter((row) => row.test === 'boundary').map(
      ({ edge, input }) => `${edge}: ${input}`,
    );
    expect([...PROBES.keys()].filter((row) => !probed.includes(row))).toEqual([]);
  });
});
