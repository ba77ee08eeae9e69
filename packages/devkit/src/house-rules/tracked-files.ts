import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../repository.ts';

export interface SourceFile {
  /** Relative to the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const TEXT =
  /\.(ts|tsx|mts|mjs|md|json|jsonc|css|prisma|yml|yaml|txt|sql|sh)$|(^|\/)(run|LICENSE)$/;

/** Every text file that git tracks, or would (untracked and not ignored). */
export function trackedFiles(): readonly SourceFile[] {
  const output = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '-z'],
    {
      cwd: repositoryRoot,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return [...new Set(output.split('\0'))]
    .filter((path) => TEXT.test(path) && path !== 'package-lock.json')
    .filter((path) => existsSync(join(repositoryRoot, path)))
    .map((path) => ({ path, text: readFileSync(join(repositoryRoot, path), 'utf8') }));
}
