import { parseArgs } from 'node:util';
import { Coverage } from './coverage.ts';
import { simulateNodes } from './l1/cli.ts';
import { replaySeed } from './replay.ts';
import { runSeed } from './run-seed.ts';
import { hunt, mutationNames } from './zoo.ts';

const USAGE = 'npm run sim -- [--seeds N] [--seed S] [--once] | --replay S | --zoo [--seeds N]';
const ZOO_SEEDS_MAX = 2_000;

/** Answers the process's exit code. Throws TypeError on unknown or malformed options. */
export function simulate(args: readonly string[]): number {
  if (args.some((arg, at) => arg === '--layer=1' || (arg === '--layer' && args[at + 1] === '1')))
    return simulateNodes(args);
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string' },
      seed: { type: 'string' },
      once: { type: 'boolean', default: false },
      replay: { type: 'string' },
      zoo: { type: 'boolean', default: false },
    },
  });
  const first = wholeNumber('seed', values.seed ?? '1');
  if (values.replay !== undefined) return replay(wholeNumber('replay', values.replay));
  if (values.zoo) return zoo(first, wholeNumber('seeds', values.seeds ?? String(ZOO_SEEDS_MAX)));
  return runSeeds(first, wholeNumber('seeds', values.seeds ?? '1000'), values.once);
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new TypeError(`--${name} ${text}: a whole number\n${USAGE}`);
  return Number(text);
}

function replay(seed: number): number {
  const text = replaySeed(seed);
  print(text);
  return text.endsWith('nothing is broken') ? 0 : 1;
}

function runSeeds(first: number, seeds: number, once: boolean): number {
  const coverage = new Coverage();
  const begin = performance.now();
  let events = 0;
  let failed = 0;
  for (let seed = first; seed < first + seeds; seed += 1) {
    const result = runSeed(seed);
    events += result.events;
    coverage.add(result.coverage);
    let message = result.failure?.message ?? null;
    if (!once) {
      const again = runSeed(seed);
      events += again.events;
      if (again.traceHash !== result.traceHash) message = 'the seed went two ways';
    }
    if (message === null) continue;
    failed += 1;
    print(`seed ${seed}: ${message}`);
  }
  const seconds = (performance.now() - begin) / 1000;
  for (const [situation, count] of [...coverage.counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    print(`${String(count).padStart(10)}  ${situation}`);
  }
  for (const situation of coverage.missing()) print(`never met: ${situation}`);
  print(
    `${seeds} seeds, ${failed} failed, ${events} events, ${Math.round(events / seconds)} events/s`,
  );
  return failed === 0 ? 0 : 1;
}

function zoo(first: number, seedsMax: number): number {
  let survivors = 0;
  for (const mutation of mutationNames()) {
    const { seed, seeds, message } = hunt(mutation, first, seedsMax);
    if (seed === null) survivors += 1;
    print(`${mutation}: ${seed === null ? `survived ${seeds} seeds` : `seed ${seed}: ${message}`}`);
  }
  return survivors === 0 ? 0 : 1;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
