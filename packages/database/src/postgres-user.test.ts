import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { postgresUser, runAs } from './postgres-user.ts';

const closed = mkdtempSync(join(tmpdir(), 'closed-to-others-'));

afterEach(() => rmSync(closed, { recursive: true, force: true }));

test('what runs as the user of Postgres can look for a file behind a folder closed to others', () => {
  const file = join(closed, 'companion');
  writeFileSync(file, '');
  const look = 'require("node:fs").accessSync(process.argv[1])';
  const { command, args, options } = runAs(postgresUser(), process.execPath, ['-e', look, file]);
  const { status, stderr } = spawnSync(command, args, { ...options, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
