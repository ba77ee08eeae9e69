import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { KNOWN_CATCHES } from './known-catches.ts';
import { BUGS } from './load.ts';
import { applyPatch } from './patch.ts';

/** It waits for nothing but a core, so only how busy the machine is decides how long it takes. */
const TIMEOUT_MS = 1_800_000;

const found = new Map<string, string>();

/** Vitest loads modules in its own way, so the bugs are injected in a process without it. */
beforeAll(async () => {
  const runner = fileURLToPath(new URL('./play-known.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [runner]);
  for (const line of stdout.trimEnd().split('\n')) {
    const { bug, invariant }: { bug: string; invariant: string } = JSON.parse(line);
    found.set(bug, invariant);
  }
}, TIMEOUT_MS);

test.each(KNOWN_CATCHES)('S3 the deliberate bug $bug is found', ({ bug, invariant }) => {
  expect(found.get(bug)).toBe(invariant);
});

test('S3 every deliberate bug has a seed that is known to find it', () => {
  expect(KNOWN_CATCHES.map(({ bug }) => bug)).toEqual(BUGS.map(({ name }) => name));
  expect(BUGS.length).toBeGreaterThanOrEqual(24);
});

test.each(BUGS)('every patch of $name matches the code exactly once', ({ patches }) => {
  for (const patch of patches) {
    const source = readFileSync(new URL(`../../${patch.file}`, import.meta.url), 'utf8');
    expect(applyPatch(source, patch)).not.toBe(source);
  }
});

test('a patch that does not match exactly once is refused', () => {
  const patch = { file: 'core/a.ts', find: 'x', replace: 'y' };
  expect(applyPatch('a x b', patch)).toBe('a y b');
  expect(() => applyPatch('a b', patch)).toThrow('core/a.ts: "x" occurs 0 times instead of once');
  expect(() => applyPatch('x x', patch)).toThrow('core/a.ts: "x" occurs 2 times instead of once');
});
