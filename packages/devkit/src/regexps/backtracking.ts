// The checker's own code, not its native programs: the same verdict on every machine.
process.env.RECHECK_BACKEND = 'pure';

import { check } from 'recheck';

const TIMEOUT_MS = 60_000;

/**
 * Null: the time that this regular expression takes is at most linear in the length of its input. Else why that is not so, with an
 * input to see it by.
 */
export async function superLinear(source: string, flags: string): Promise<string | null> {
  if (isBounded(source)) return null;
  const found = await check(source, flags, { checker: 'automaton', timeout: TIMEOUT_MS });
  if (found.status === 'safe') return null;
  if (found.status === 'vulnerable')
    return `${found.complexity.summary}, for example with ${found.attack.pattern}`;
  return `the checker can't tell: ${found.error.kind}`;
}

/**
 * Without `*`, `+`, `{n,}` and repeated groups a match has a largest length, so every place to begin at costs at most a constant.
 */
function isBounded(source: string): boolean {
  const bare = source.replaceAll(/\\./g, 'x').replaceAll(/\[[^[\]]*\]/g, 'x');
  return !/[*+]|\{\d{1,9},\}|\)\{/.test(bare);
}
