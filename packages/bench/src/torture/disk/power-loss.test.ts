import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { buildDiskShim, slowDiskEnvironment } from './build-shim.ts';
import { DiskControl } from './disk-control.ts';

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'fleetlm-shim-')));
const shim = buildDiskShim(directory);
if (!shim.available) process.stderr.write(`The disk shim is not tested: ${shim.why}\n`);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let count = 0;

/** Runs a script whose `root` is a watched directory; the answer is its disk and what it printed. */
function run(script: string, before: (disk: DiskControl) => void = () => undefined) {
  count += 1;
  const root = join(directory, `data-${count}`);
  const library = shim.available ? shim.library : '';
  const disk = new DiskControl(library, join(directory, `rig-${count}`), root);
  const again = (code: string) =>
    spawnSync(
      process.execPath,
      ['-e', `const fs = require('node:fs'); const root = ${JSON.stringify(root)};\n${code}`],
      { encoding: 'utf8', env: { PATH: process.env.PATH ?? '', ...disk.env } },
    );
  before(disk);
  const { stdout, stderr, status } = again(script);
  return { disk, root, stdout, stderr, status, again };
}

const OPEN = `const fd = fs.openSync(root + '/log', 'w+'); const dir = fs.openSync(root, 'r');`;
const nothing = (): number => 0;

describe.runIf(shim.available)('what was not synced is gone after a power failure', () => {
  test('a synced write stays, an unsynced one behind it is gone, and the file is as long as before', () => {
    const { disk, root, stderr } = run(`${OPEN}
      fs.writeSync(fd, 'kept', 0); fs.fdatasyncSync(fd); fs.fsyncSync(dir);
      fs.writeSync(fd, ' and lost', 4);`);
    expect(stderr).toBe('');
    expect(readFileSync(join(root, 'log'), 'utf8')).toBe('kept and lost');
    expect(disk.losePower(nothing, 'everything')).toMatchObject({ writesLost: 1, bytesLost: 9 });
    expect(readFileSync(join(root, 'log'), 'utf8')).toBe('kept');
  });

  test('what was overwritten or cut off comes back', () => {
    const { disk, root } = run(`${OPEN}
      fs.writevSync(fd, [Buffer.from('abc'), Buffer.from('def')], 0);
      fs.fdatasyncSync(fd); fs.fsyncSync(dir);
      fs.writeSync(fd, 'XX', 1); fs.ftruncateSync(fd, 2);`);
    expect(readFileSync(join(root, 'log'), 'utf8')).toBe('aX');
    disk.losePower(nothing, 'everything');
    expect(readFileSync(join(root, 'log'), 'utf8')).toBe('abcdef');
  });

  test('without a sync of the directory a new file, a new name and a removal are undone', () => {
    const { disk, root } = run(`${OPEN}
      fs.writeFileSync(root + '/old', 'old'); fs.writeFileSync(root + '/gone', 'gone');
      fs.writeFileSync(root + '/new', 'new');
      for (const name of ['old', 'gone', 'new']) { const f = fs.openSync(root + '/' + name, 'r'); fs.fsyncSync(f); }
      fs.fsyncSync(dir);
      fs.renameSync(root + '/new', root + '/old'); fs.unlinkSync(root + '/gone');
      fs.writeFileSync(root + '/late', 'late');`);
    expect(existsSync(join(root, 'gone'))).toBe(false);
    disk.losePower(nothing, 'everything');
    expect(readFileSync(join(root, 'old'), 'utf8')).toBe('old');
    expect(readFileSync(join(root, 'new'), 'utf8')).toBe('new');
    expect(readFileSync(join(root, 'gone'), 'utf8')).toBe('gone');
    expect(existsSync(join(root, 'late'))).toBe(false);
  });

  test('a failed sync says EIO once; what it should have synced is lost even if a later sync succeeds', () => {
    const { disk, root, stdout } = run(
      `${OPEN} fs.fsyncSync(dir);
      fs.writeSync(fd, 'lost', 0);
      try { fs.fdatasyncSync(fd); } catch (error) { console.log(error.code); }
      fs.writeSync(fd, 'kept', 4); fs.fdatasyncSync(fd);`,
      (control) => control.failSyncs(1),
    );
    expect(stdout.trim()).toBe('EIO');
    expect(disk.counts().failed).toBe(1);
    disk.losePower(nothing, 'everything');
    expect(readFileSync(join(root, 'log'), 'latin1')).toBe('\0\0\0\0kept');
  });

  test('what an earlier process left unsynced is still unsynced, until it is synced', () => {
    const { disk, root, again } = run(`${OPEN} fs.fsyncSync(dir); fs.writeSync(fd, 'first', 0);`);
    again(`const fd = fs.openSync(root + '/log', 'r+'); fs.writeSync(fd, 'second', 5);`);
    disk.losePower(nothing, 'everything');
    expect(readFileSync(join(root, 'log'), 'utf8')).toBe('');
    const other = run(`${OPEN} fs.fsyncSync(dir); fs.writeSync(fd, 'first', 0);`);
    other.again(`const fd = fs.openSync(root + '/log', 'r+'); fs.fdatasyncSync(fd);`);
    other.disk.losePower(nothing, 'everything');
    expect(readFileSync(join(other.root, 'log'), 'utf8')).toBe('first');
    expect(root).not.toBe(other.root);
  });

  test('a part of a write may have reached the disk, in sectors', () => {
    const { disk, root } = run(`${OPEN} fs.fsyncSync(dir); fs.writeSync(fd, 'x'.repeat(4096), 0);`);
    const draws = [0.9, 0.5];
    disk.losePower(() => draws.shift() ?? 0, 'some');
    const text = readFileSync(join(root, 'log'), 'latin1');
    expect(text).toBe('x'.repeat(2048));
  });

  test('a delayed sync takes that long and is counted', () => {
    const { disk, stdout } = run(
      `${OPEN} const from = performance.now(); fs.fdatasyncSync(fd); console.log(performance.now() - from);`,
      (control) => control.delaySyncs(120),
    );
    expect(Number(stdout)).toBeGreaterThan(115);
    expect(disk.counts()).toMatchObject({ delayed: 1, syncs: 1 });
  });

  test('files elsewhere are left alone', () => {
    const elsewhere = join(directory, 'elsewhere');
    writeFileSync(elsewhere, '');
    const { disk } = run(`fs.writeFileSync(${JSON.stringify(elsewhere)}, 'x');`);
    expect(disk.counts().writes).toBe(0);
  });
});

test.runIf(shim.available)(
  'a process without a watched directory has slower syncs when asked',
  () => {
    const library = shim.available ? shim.library : '';
    const script = `const fs = require('node:fs'); const fd = fs.openSync(process.argv[1], 'w');
    const from = performance.now(); for (let at = 0; at < 5; at += 1) fs.fdatasyncSync(fd);
    process.stdout.write(String(performance.now() - from));`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['-e', script, join(directory, 'slow')],
      {
        encoding: 'utf8',
        env: { PATH: process.env.PATH ?? '', ...slowDiskEnvironment(library, 40) },
      },
    );
    expect(stderr).toBe('');
    expect(Number(stdout)).toBeGreaterThan(200);
  },
);
