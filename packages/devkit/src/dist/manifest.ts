import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readJson, repositoryRoot } from '../repository.ts';

/** What an artefact says of itself, as `manifest.json` in it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  /** Of the source; null where it was not built from a git clone. */
  readonly commit: string | null;
  /** Whether the source had changes that are in no commit; null: not known. */
  readonly isModified: boolean | null;
  /** The oldest major version of Node that runs it. */
  readonly nodeMajorMin: number;
  /** It carries binaries for this platform. */
  readonly platform: string;
  /** Programs of the artefact and what each is for. */
  readonly commands: Readonly<Record<string, string>>;
}

/** Node 24 has `node:sqlite` without a flag, which holds the lock of the data directory. */
export const NODE_MAJOR_MIN = 24;

export const version = (): string =>
  readJson<{ readonly version: string }>(join(repositoryRoot, 'package.json')).version;

export function manifestOf(name: string, commands: Manifest['commands']): Manifest {
  const changes = git('status', '--porcelain', '--untracked-files=no');
  return {
    name,
    version: version(),
    // A build in a container has no git: who starts it names the commit.
    commit: git('rev-parse', 'HEAD') ?? (process.env.SOURCE_COMMIT || null),
    isModified: changes === null ? null : changes !== '',
    nodeMajorMin: NODE_MAJOR_MIN,
    platform: `${process.platform}-${process.arch}`,
    commands,
  };
}

/** Null: no git here, or no clone. */
function git(...args: readonly string[]): string | null {
  const { status, stdout } = spawnSync('git', args, { cwd: repositoryRoot, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}
