/**
 * `npm run lockfile`: installs what the package.json files ask for and makes package-lock.json complete.
 * Run it after every change of dependencies.
 *
 * npm leaves optional packages of foreign platforms out of the lock file when the registry does not show
 * them, and `npm ci` then refuses the lock file for lacking them. They are added by name and version.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, repositoryRoot } from '../src/repository.ts';

interface LockEntry {
  readonly version?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface LockFile {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

const systems: readonly string[] =
  'aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(' ');
const processors: readonly string[] =
  'arm arm64 ia32 loong64 mips64el ppc64 riscv64 s390x wasm32 x64'.split(' ');

/** What a platform package's name says of where it may be installed. */
function platformOf(packageName: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  const words = packageName
    .replace('windows', 'win32')
    .replace('ppc64le', 'ppc64')
    .replace(/-64$/, '-x64')
    .split(/[-/.]/);
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) => words.includes(processor));
  const libc = packageName.includes('musl')
    ? ['musl']
    : /gnu|glibc/.test(packageName)
      ? ['glibc']
      : [];
  return {
    ...(os.length > 0 ? { os } : {}),
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(libc.length > 0 ? { libc } : {}),
  };
}

function missingEntries(packages: LockFile['packages']): Record<string, LockEntry> {
  const missing: Record<string, LockEntry> = {};
  for (const entry of Object.values(packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      const key = `node_modules/${name}`;
      if (packages[key] !== undefined) continue;
      const platform = platformOf(name);
      if (platform.os === undefined && platform.cpu === undefined) continue;
      missing[key] = { version: range.replace(/^[\^~=]/, ''), optional: true, ...platform };
    }
  }
  return missing;
}

const npmPath = process.env.npm_execpath;
const [command, prefix] = npmPath ? [process.execPath, [npmPath]] : ['npm', []];
const { status } = spawnSync(
  command,
  [...prefix, 'install', '--no-audit', '--no-fund', '--prefer-offline'],
  {
    cwd: repositoryRoot,
    stdio: 'inherit',
    env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, ...process.env },
  },
);
if (status !== 0) process.exit(status ?? 1);

const lockPath = join(repositoryRoot, 'package-lock.json');
const lock = readJson<LockFile>(lockPath);
const missing = missingEntries(lock.packages);
const packages = Object.fromEntries(
  Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => (a < b ? -1 : 1)),
);
const text = `${JSON.stringify({ ...lock, packages }, null, 2)}\n`;
writeFileSync(lockPath, text);

// What is installed is what the lock file says: spare the next command the install (see run.mjs).
const stamp = createHash('sha256').update(text).update(`${process.platform}-${process.arch}`);
writeFileSync(join(repositoryRoot, 'node_modules/.install-stamp'), `${stamp.digest('hex')}\n`);
console.log(`package-lock.json: ${Object.keys(missing).length} packages of other platforms added`);
