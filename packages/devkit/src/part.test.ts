import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Part } from './part.ts';

const directory = mkdtempSync(join(tmpdir(), 'fleetlm-part-'));
let part: Part | undefined;

afterEach(async () => {
  await part?.kill();
  rmSync(directory, { recursive: true, force: true });
});

const PROGRAM = `
  process.on('SIGTERM', () => process.exit(0));
  setInterval(() => undefined, 1_000);
  console.log('ready');
`;

test('a paused part is there, and stops by itself when it is asked to', async () => {
  const started = new Part({
    name: 'sample',
    command: [process.execPath, '--eval', PROGRAM],
    cwd: directory,
    env: {},
    logDirectory: directory,
    onUnexpectedExit: () => undefined,
  });
  part = started;
  expect(started.pause()).toBe(false);
  started.start();
  await expect.poll(() => started.tail).toContain('ready');
  expect(started.pause()).toBe(true);
  expect(started.running).toBe(true);
  expect(await started.stop(15_000)).toBe(true);
  expect(started.resume()).toBe(false);
}, 30_000);
