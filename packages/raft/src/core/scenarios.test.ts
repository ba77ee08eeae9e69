import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runScript } from './testing/scenario-commands.ts';

/**
 * Golden traces. When one differs: run the tests with REWRITE=1, read the
 * diff of packages/raft/testdata as a story, and commit it if the story is still right.
 */
const folder = new URL('../../testdata/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));

test('R11 there are scenarios', () => {
  expect(names.length).toBeGreaterThanOrEqual(20);
});

test.each(names)('R11 %s goes as written', (name) => {
  const file = new URL(name, folder);
  const written = readFileSync(file, 'utf8');
  const now = runScript(written);
  if (process.env.REWRITE === '1') writeFileSync(file, now);
  else expect(now).toBe(written);
});

test('R11 a misspelt command or option is an error, not a story', () => {
  expect(() => runScript('> campain 1\n')).toThrow(/no such command/);
  expect(() => runScript('> add-nodes 1 voter=(1)\n')).toThrow(/unknown option/);
});
