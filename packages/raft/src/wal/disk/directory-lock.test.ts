import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DirectoryInUseError, lockDirectory } from './directory-lock.ts';

const MODULE = join(import.meta.dirname, 'directory-lock.ts');
/** Takes the lock, says so, and lives until it is killed. */
const HOLDER = `
  import { lockDirectory } from ${JSON.stringify(MODULE)};
  globalThis.lock = lockDirectory(process.argv[1]);
  console.log('held');
  setInterval(() => undefined, 1_000);
`;

let directory: string;
const holders: ChildProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'raft-lock-'));
});
afterEach(async () => {
  for (const holder of holders.splice(0)) await end(holder);
  rmSync(directory, { recursive: true, force: true });
});

async function hold(command: readonly string[] = []): Promise<ChildProcess> {
  const [program = '', ...args] = [
    ...command,
    process.execPath,
    '--input-type=module',
    '-e',
    HOLDER,
    directory,
  ];
  const holder = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  holders.push(holder);
  await new Promise<void>((resolve, reject) => {
    holder.stdout?.once('data', () => resolve());
    holder.once('exit', (code) => reject(new Error(`the holder ended with ${code}`)));
  });
  return holder;
}

async function end(holder: ChildProcess): Promise<void> {
  if (holder.exitCode !== null || holder.signalCode !== null) return;
  const ended = new Promise((resolve) => holder.once('exit', resolve));
  holder.kill('SIGKILL');
  await ended;
}

test('W25 a directory is held once, also under another name, until it is released', () => {
  const alias = `${directory}-alias`;
  symlinkSync(directory, alias);
  const lock = lockDirectory(directory);
  for (const path of [directory, alias])
    expect(() => lockDirectory(path)).toThrow(DirectoryInUseError);
  lock.release();
  lockDirectory(alias).release();
  rmSync(alias);
});

test('W26 a killed process leaves no lock behind', async () => {
  const holder = await hold();
  expect(() => lockDirectory(directory)).toThrow(
    `${directory} is in use by another process; stop that one`,
  );
  await end(holder);
  expect(readdirSync(directory)).toEqual(['lock']);
  lockDirectory(directory).release();
});

const canUnshare = spawnSync('unshare', ['--net', 'true']).status === 0;

test('W27 a process in another network namespace is kept off, as in another container', {
  skip: !canUnshare,
}, async () => {
  await hold(['unshare', '--net']);
  expect(() => lockDirectory(directory)).toThrow(DirectoryInUseError);
});

test('W28 a lock file that is something else is an error, and is not taken for a lock', () => {
  writeFileSync(join(directory, 'lock'), 'x'.repeat(5_000));
  expect(() => lockDirectory(directory)).toThrow(/not a database/);
});
