import { parseArgs } from 'node:util';
import { Coverage } from './harness/coverage.ts';
import { reportFailure } from './harness/failure-report.ts';
import type { Layer, RunOptions } from './harness/layer.ts';
import { layerOf } from './layers.ts';
import { longRun } from './long-run.ts';
import { hunt } from './zoo/hunt.ts';
import { BUGS, layerWithBug } from './zoo/load.ts';

const USAGE = `npm run sim -- [--layer 0|1] [--seeds N] [--seed S] [--groups G] [--bug NAME] [--once]
npm run sim -- [--layer 0|1] --replay S [--groups G] [--bug NAME] [--without FAULT,...] [--lines N]
npm run sim -- --zoo [--seeds N]
npm run sim -- --events N --progress FILE`;

const SEEDS_DEFAULT = { 0: 1_000, 1: 200 } as const;
const ZOO_SEEDS_MAX = 2_000;
/** Failures that are shrunk and reported in full; of the others only the seed. */
const REPORTS_MAX = 3;

/** Answers the process's exit code. Throws TypeError on unknown or malformed options. */
export async function simulate(args: readonly string[]): Promise<number> {
  const { values, tokens } = parseArgs({
    args: [...args],
    tokens: true,
    options: {
      layer: { type: 'string', default: '0' },
      seeds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      groups: { type: 'string' },
      once: { type: 'boolean', default: false },
      replay: { type: 'string' },
      bug: { type: 'string' },
      without: { type: 'string', default: '' },
      lines: { type: 'string', default: '200' },
      zoo: { type: 'boolean', default: false },
      events: { type: 'string' },
      progress: { type: 'string' },
    },
  });
  if (values.events !== undefined || values.progress !== undefined) {
    const other = tokens.find(
      (token) => token.kind === 'option' && token.name !== 'events' && token.name !== 'progress',
    );
    if (other?.kind === 'option' || values.events === undefined || values.progress === undefined)
      throw new TypeError(`--events goes with --progress and nothing else\n${USAGE}`);
    return bothLayers(wholeNumber('events', values.events, 1), values.progress);
  }
  const layer = await layerNamed(values.layer, values.bug);
  const options: RunOptions = {
    without: values.without === '' ? [] : values.without.split(','),
    groups: values.groups === undefined ? null : wholeNumber('groups', values.groups, 1),
  };
  if (values.replay !== undefined) {
    const lines = wholeNumber('lines', values.lines, 1);
    const text = layer.replay(wholeNumber('replay', values.replay, 0), options, lines);
    print(text);
    return text.endsWith('nothing is broken') ? 0 : 1;
  }
  const first = wholeNumber('seed', values.seed, 0);
  const seeds = values.seeds === undefined ? null : wholeNumber('seeds', values.seeds, 1);
  if (values.zoo) return zoo(first, seeds ?? ZOO_SEEDS_MAX);
  return runSeeds(layer, first, seeds ?? SEEDS_DEFAULT[layer.number], options, values.once);
}

async function layerNamed(number: string, bug: string | undefined): Promise<Layer> {
  if (number !== '0' && number !== '1') throw new TypeError(`--layer ${number}: 0 or 1\n${USAGE}`);
  const layer = bug === undefined ? layerOf(number === '0' ? 0 : 1) : await layerWithBug(bug);
  if (String(layer.number) !== number)
    throw new TypeError(`--bug ${bug}: a bug of layer ${layer.number}\n${USAGE}`);
  return layer;
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  if (value < least)
    throw new TypeError(`--${name} ${text}: a whole number, at least ${least}\n${USAGE}`);
  return value;
}

/** Every seed twice, unless `once`: a seed that goes two ways is a failure like any other. */
function runSeeds(
  layer: Layer,
  first: number,
  seeds: number,
  options: RunOptions,
  once: boolean,
): number {
  const coverage = new Coverage(layer.situations);
  const begin = performance.now();
  let events = 0;
  let failed = 0;
  for (let seed = first; seed < first + seeds; seed += 1) {
    const result = layer.run(seed, options);
    events += result.events;
    coverage.add(result.coverage);
    let { failure } = result;
    if (!once) {
      const again = layer.run(seed, options);
      events += again.events;
      if (again.traceHash !== result.traceHash) failure ??= new Error('it went two ways');
    }
    if (failure === null) continue;
    failed += 1;
    const isReported = failed <= REPORTS_MAX;
    print(
      isReported
        ? reportFailure(layer, seed, options, failure)
        : `seed ${seed}: ${failure.message}`,
    );
  }
  const seconds = (performance.now() - begin) / 1000;
  for (const [situation, count] of coverage.counts)
    print(`${String(count).padStart(10)}  ${situation}`);
  for (const situation of coverage.missing()) print(`never met: ${situation}`);
  const rate = Math.round(events / seconds);
  print(`${seeds} seeds, ${failed} failed, ${events} events, ${rate} events/s`);
  return failed === 0 ? 0 : 1;
}

/** Stops at a signal after the seed that it plays; the same command continues. */
async function bothLayers(events: number, file: string): Promise<number> {
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      isStopping = true;
    });
  const layers = [layerOf(0), layerOf(1)];
  const isClean = await longRun({ layers, events, file, print, isStopping: () => isStopping });
  return isClean ? 0 : 1;
}

/** Looks for every deliberate bug, and prints a table for docs/internals/simulator.md. */
async function zoo(first: number, seedsMax: number): Promise<number> {
  let survivors = 0;
  print('| layer | bug | seeds needed | caught by | seconds |\n| --- | --- | --- | --- | --- |');
  for (const { name, layer } of BUGS) {
    const buggy = await layerWithBug(name);
    const begin = performance.now();
    const { seed, seeds, invariant } = hunt(buggy, first, seedsMax);
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    if (seed === null) survivors += 1;
    const needed = seed === null ? `not in ${seeds}` : String(seeds);
    print(`| ${layer} | ${name} | ${needed} | ${invariant} | ${seconds} |`);
  }
  return survivors === 0 ? 0 : 1;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
