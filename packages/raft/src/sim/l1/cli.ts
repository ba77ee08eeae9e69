import { parseArgs } from 'node:util';
import { L1Coverage } from './coverage.ts';
import { replayL1Seed } from './replay.ts';
import { runL1Seed } from './run-seed.ts';

export const L1_USAGE =
  'npm run sim -- --layer 1 [--seeds N] [--seed S] [--groups G] [--once] | --layer 1 --replay S [--groups G]';

/** Whole nodes: answers the process's exit code. Throws TypeError on unknown or malformed options. */
export function simulateNodes(args: readonly string[]): number {
  const { values } = parseArgs({
    args: [...args],
    options: {
      layer: { type: 'string' },
      seeds: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      groups: { type: 'string' },
      once: { type: 'boolean', default: false },
      replay: { type: 'string' },
    },
  });
  const groups = values.groups === undefined ? null : wholeNumber('groups', values.groups);
  if (groups === 0) throw new TypeError(`--groups 0: at least one\n${L1_USAGE}`);
  if (values.replay !== undefined) {
    const { text, isFine } = replayL1Seed(wholeNumber('replay', values.replay), groups);
    print(text);
    return isFine ? 0 : 1;
  }
  const first = wholeNumber('seed', values.seed);
  return runSeeds(first, wholeNumber('seeds', values.seeds), groups, values.once);
}

function runSeeds(first: number, seeds: number, groups: number | null, once: boolean): number {
  const coverage = new L1Coverage();
  const begin = performance.now();
  const again = groups === null ? '' : ` --groups ${groups}`;
  let events = 0;
  let failed = 0;
  for (let seed = first; seed < first + seeds; seed += 1) {
    const result = runL1Seed(seed, groups);
    events += result.events;
    coverage.add(result.coverage);
    let message = result.failure?.message ?? null;
    if (!once) {
      const repeated = runL1Seed(seed, groups);
      events += repeated.events;
      if (repeated.traceHash !== result.traceHash) message = 'the seed went two ways';
    }
    if (message === null) continue;
    failed += 1;
    print(`seed ${seed}: ${message}\n  npm run sim -- --layer 1 --replay ${seed}${again}`);
  }
  const seconds = (performance.now() - begin) / 1000;
  for (const [situation, count] of [...coverage.counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    print(`${String(count).padStart(10)}  ${situation}`);
  for (const situation of coverage.missing()) print(`never met: ${situation}`);
  const rate = Math.round(events / seconds);
  print(`${seeds} seeds, ${failed} failed, ${events} events, ${rate} events/s`);
  return failed === 0 ? 0 : 1;
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new TypeError(`--${name} ${text}: a whole number\n${L1_USAGE}`);
  return Number(text);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
