import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/** Builds the web app when something that it is made from changed. */
export async function buildWebIfNeeded(say: (text: string) => void): Promise<void> {
  const stamp = join(repositoryRoot, 'apps/web/.next/.stamp');
  const wanted = hashOf(WEB_SOURCES);
  if (isStamped(stamp, wanted)) return;
  say('Building the web app (about half a minute) ...');
  await runCommandQuietly(
    [process.execPath, join(repositoryRoot, 'node_modules/next/dist/bin/next'), 'build'],
    join(repositoryRoot, 'apps/web'),
    {},
  );
  writeFileSync(stamp, wanted);
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
