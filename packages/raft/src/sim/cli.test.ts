import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SEEDS_TIMEOUT_MS } from './harness/testing/seeds.ts';

const COMMAND = fileURLToPath(
  new URL('../../../../packages/devkit/scripts/sim.ts', import.meta.url),
);

/** In a process of its own: Vitest loads modules in its own way, which keeps bugs from being injected. */
function sim(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [COMMAND, ...args], (_error, out, errors) =>
      resolve({ code: child.exitCode ?? -1, out: out + errors }),
    );
  });
}

test('a seed that finds a bug finds it with fewer faults, and the replay shows how', {
  timeout: SEEDS_TIMEOUT_MS,
}, async () => {
  const report = await sim('--seed', '10', '--seeds', '1', '--bug', 'leaseRead', '--once');
  expect(report.out).toContain('seed 10: reads: ');
  expect(report.code).toBe(1);
  const [, replay = ''] = /again with npm run sim -- (.*)/.exec(report.out) ?? [];
  expect(replay).toMatch(/^--layer 0 --replay 10 --bug leaseRead --without (\w+,){5,}/);
  const again = await sim(...replay.split(' '), '--lines', '40');
  expect(again.out).toContain('BrokenInvariant: reads');
  expect(again.code).toBe(1);
  const without = await sim('--replay', '10');
  expect(without.out).toContain('nothing is broken');
  expect(without.code).toBe(0);
});

test('an unknown bug, and one of the other layer, are refused', {
  timeout: SEEDS_TIMEOUT_MS,
}, async () => {
  const unknown = await sim('--replay', '1', '--bug', 'nonsense');
  expect(unknown).toEqual({ code: 1, out: expect.stringMatching(/^bug nonsense: one of \w+/) });
  const other = await sim('--layer', '1', '--replay', '1', '--bug', 'leaseRead');
  expect(other).toEqual({
    code: 1,
    out: expect.stringContaining('--bug leaseRead: a bug of layer 0'),
  });
});

test('a long run takes its two options and no other', { timeout: SEEDS_TIMEOUT_MS }, async () => {
  const refusal = { code: 1, out: expect.stringMatching(/^--events goes with --progress/) };
  expect(await sim('--events', '1000')).toEqual(refusal);
  expect(await sim('--events', '1000', '--progress', 'file', '--layer', '1')).toEqual(refusal);
});
