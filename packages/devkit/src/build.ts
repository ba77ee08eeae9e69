import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './repository.ts';
import { runCommandQuietly } from './run-quietly.ts';

/** What the web app's build is made from; anything else may change without a new build. */
const WEB_SOURCES = [
  'apps/web',
  'packages/client',
  'packages/protocol',
  'packages/database/src',
  'packages/raft/src',
  'prisma/schema.prisma',
  'package-lock.json',
  'tsconfig.base.json',
];
const NOT_SOURCES = new Set(['node_modules', '.next', '.turbo', 'generated', 'next-env.d.ts']);

const STAMP = join(repositoryRoot, 'apps/web/.next/.stamp');
const STANDALONE = join(repositoryRoot, 'apps/web/.next/standalone');

/** Builds the web app when something that it is made from changed. */
export async function buildWebIfNeeded(say: (text: string) => void): Promise<void> {
  const wanted = hashOf(WEB_SOURCES);
  if (!isStamped(STAMP, wanted)) await buildWeb(say, wanted, {});
}

/** The same, and beside it a server with only what it needs, in `.next/standalone`. */
export async function buildStandaloneWeb(say: (text: string) => void): Promise<void> {
  const wanted = hashOf(WEB_SOURCES);
  const isThere = isStamped(STAMP, wanted) && existsSync(STANDALONE);
  if (!isThere) await buildWeb(say, wanted, { WEB_OUTPUT: 'standalone' });
}

async function buildWeb(
  say: (text: string) => void,
  stamp: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  say('Building the web app (about half a minute) ...');
  rmSync(STANDALONE, { recursive: true, force: true });
  await runCommandQuietly(
    [process.execPath, join(repositoryRoot, 'node_modules/next/dist/bin/next'), 'build'],
    join(repositoryRoot, 'apps/web'),
    env,
  );
  writeFileSync(STAMP, stamp);
}

function isStamped(stamp: string, wanted: string): boolean {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) addToHash(hash, path);
  return hash.digest('hex');
}

function addToHash(hash: ReturnType<typeof createHash>, path: string): void {
  const absolute = join(repositoryRoot, path);
  const entries = existsSync(absolute) ? listOrNull(absolute) : [];
  hash.update(path);
  if (entries === null) {
    hash.update(readFileSync(absolute));
    return;
  }
  for (const name of entries) {
    if (!NOT_SOURCES.has(name) && !name.endsWith('.tsbuildinfo')) addToHash(hash, join(path, name));
  }
}

function listOrNull(path: string): readonly string[] | null {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return null;
    throw error;
  }
}
