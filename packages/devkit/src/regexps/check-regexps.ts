import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { SourceFile } from '../house-rules/tracked-files.ts';
import { repositoryRoot } from '../repository.ts';
import { superLinear } from './backtracking.ts';
import { EXEMPT_LENGTH_MAX, EXEMPTIONS, type Exemption, REPOSITORY_TOOLS } from './exempt.ts';
import { findRegexps, type Regexps } from './find-regexps.ts';

const CODE = /^(apps|packages|examples)\/.*\.(ts|tsx|mts|mjs|js)$/;
const NOT_RUN_TIME = /\.test\.tsx?$|\/(test|testing|testdata|generated)\//;

/** Files whose regular expressions meet text from outside. */
export function isRunTimeCode(path: string): boolean {
  return CODE.test(path) && !NOT_RUN_TIME.test(path) && !path.startsWith(REPOSITORY_TOOLS);
}

/** Results by content, so that a second run checks only what has changed. */
const cacheSchema = z.strictObject({
  files: z.record(
    z.string(),
    z.strictObject({
      literals: z.array(
        z.strictObject({ line: z.number(), source: z.string(), flags: z.string() }),
      ),
      madeAtRunTime: z.array(z.number()),
    }),
  ),
  verdicts: z.record(z.string(), z.string().nullable()),
});
type Cache = z.output<typeof cacheSchema>;
const EMPTY: Cache = { files: {}, verdicts: {} };

/** Raised with every change of what a cached result depends on. */
const CACHE_FILE = join(repositoryRoot, 'node_modules/.cache/fleetlm/regexps-1.json');

/**
 * Regular expressions of run-time code that may take more than linear time, each as a sentence. Without a `cacheFile` everything
 * is checked.
 */
export async function superLinearRegexps(
  files: readonly SourceFile[],
  exemptions: readonly Exemption[] = EXEMPTIONS,
  cacheFile: string | null = CACHE_FILE,
): Promise<readonly string[]> {
  const before = cacheFile === null ? EMPTY : readCache(cacheFile);
  const after: Cache = { files: {}, verdicts: {} };
  const found: string[] = [];
  const unused = new Set(exemptions);
  for (const { path, text } of files.filter((file) => isRunTimeCode(file.path))) {
    const { literals, madeAtRunTime } = regexpsOf(path, text, before, after);
    for (const line of madeAtRunTime)
      found.push(`${path}:${line} makes a regular expression at run time: compare text instead`);
    for (const { line, source, flags } of literals) {
      const exemption = exemptions.find((one) => one.path === path && one.source === source);
      if (exemption !== undefined) {
        unused.delete(exemption);
        continue;
      }
      const key = `/${source}/${flags}`;
      const known = after.verdicts[key] ?? before.verdicts[key];
      const verdict = known === undefined ? await superLinear(source, flags) : known;
      after.verdicts[key] = verdict;
      if (verdict !== null) found.push(`${path}:${line} ${key}: ${verdict}`);
    }
  }
  for (const { path, source } of unused)
    found.push(`${path} no longer has /${source}/: take its exemption away`);
  for (const { path, lengthMax } of exemptions)
    if (lengthMax > EXEMPT_LENGTH_MAX)
      found.push(`${path}: an exemption's input has at most ${EXEMPT_LENGTH_MAX} characters`);
  if (cacheFile !== null) writeCache(cacheFile, after);
  return found;
}

function regexpsOf(path: string, text: string, before: Cache, after: Cache): Regexps {
  // How a file is parsed depends on the end of its name.
  const kind = path.endsWith('x') ? 'x' : '';
  const key = createHash('sha256').update(kind).update(text).digest('base64url');
  const known = before.files[key] ?? findRegexps(path, text);
  after.files[key] = { literals: [...known.literals], madeAtRunTime: [...known.madeAtRunTime] };
  return known;
}

function readCache(file: string): Cache {
  try {
    return cacheSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // None yet, or another version's: everything is checked.
    return EMPTY;
  }
}

function writeCache(file: string, cache: Cache): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(cache));
}
