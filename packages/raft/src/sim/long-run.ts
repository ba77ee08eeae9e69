import { readFile, rename, writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { Coverage } from './harness/coverage.ts';
import { reportFailure } from './harness/failure-report.ts';
import { type Layer, PLAIN } from './harness/layer.ts';

const VERSION = 1;
/** A process that is killed loses at most what it played since then. */
const SAVE_EVERY_MS = 10_000;
/** Failures that are shrunk and reported in full, and seeds that the file names. */
const REPORTS_MAX = 3;
const FAILED_SEEDS_MAX = 100;

export interface LongRunOptions {
  readonly layers: readonly Layer[];
  /** Of all layers together, counted from the first process on that wrote the file. */
  readonly events: number;
  /** Where the run stands. It is created, and a later process continues from it. */
  readonly file: string;
  readonly print: (line: string) => void;
  /** Asked after every seed. */
  readonly isStopping: () => boolean;
}

interface LayerProgress {
  nextSeed: number;
  events: number;
  failed: number;
  failedSeeds: number[];
  /** How often each situation was met. */
  counts: [string, number][];
}

interface Progress {
  readonly version: typeof VERSION;
  /** Trace hash of every layer's first seed: seeds played by other code prove nothing of this one. */
  readonly fingerprints: readonly number[];
  readonly layers: readonly LayerProgress[];
}

/**
 * Plays each seed once, always in the layer that has fewer events, until all have as many together as asked for. True
 * when it came to its end, no seed failed and no situation was missed. Throws on a file that is not of this code.
 */
export async function longRun(options: LongRunOptions): Promise<boolean> {
  const { layers, file, print } = options;
  const fingerprints = layers.map((layer) => layer.run(1, PLAIN).traceHash);
  const progress = (await load(file, fingerprints)) ?? emptyProgress(layers, fingerprints);
  const coverages = layers.map(({ situations }, at) => {
    const coverage = new Coverage(situations);
    coverage.add({ counts: progress.layers[at]?.counts ?? [] });
    return coverage;
  });
  const save = async () => {
    for (const [at, coverage] of coverages.entries()) {
      const layer = progress.layers[at];
      if (layer) layer.counts = coverage.counts.map(([situation, count]) => [situation, count]);
    }
    await writeFile(`${file}.new`, `${JSON.stringify(progress, null, 2)}\n`);
    await rename(`${file}.new`, file);
  };
  let savedAt = performance.now();
  while (eventsOf(progress) < options.events && !options.isStopping()) {
    const at = fewestEvents(progress);
    const layer = layers[at];
    const state = progress.layers[at];
    if (layer === undefined || state === undefined) throw new RangeError('no layer to run');
    const seed = state.nextSeed;
    const { events, failure, coverage } = layer.run(seed, PLAIN);
    state.nextSeed += 1;
    state.events += events;
    coverages[at]?.add(coverage);
    if (failure !== null) {
      state.failed += 1;
      if (state.failedSeeds.length < FAILED_SEEDS_MAX) state.failedSeeds.push(seed);
      const isReported = state.failed <= REPORTS_MAX;
      const report = isReported ? reportFailure(layer, seed, PLAIN, failure) : failure.message;
      print(`layer ${layer.number}, seed ${seed}: ${report}`);
    }
    if (performance.now() - savedAt > SAVE_EVERY_MS) {
      await save();
      savedAt = performance.now();
      print(summary(progress, options.events));
    }
    // Signals are handled between two seeds.
    await setImmediate();
  }
  await save();
  for (const [at, coverage] of coverages.entries()) {
    print(`layer ${layers[at]?.number}:`);
    for (const [situation, count] of coverage.counts)
      print(`${String(count).padStart(12)}  ${situation}`);
    for (const situation of coverage.missing()) print(`never met: ${situation}`);
  }
  print(summary(progress, options.events));
  return (
    eventsOf(progress) >= options.events &&
    progress.layers.every(({ failed }) => failed === 0) &&
    coverages.every((coverage) => coverage.missing().length === 0)
  );
}

function emptyProgress(layers: readonly Layer[], fingerprints: readonly number[]): Progress {
  const empty = () => ({ nextSeed: 1, events: 0, failed: 0, failedSeeds: [], counts: [] });
  return { version: VERSION, fingerprints, layers: layers.map(empty) };
}

/** Null: there is no such file, so the run begins. */
async function load(file: string, fingerprints: readonly number[]): Promise<Progress | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const value: unknown = JSON.parse(text);
  if (!isProgress(value) || value.layers.length !== fingerprints.length)
    throw new TypeError(`${file}: not the progress of a long run`);
  if (fingerprints.some((hash, at) => hash !== value.fingerprints[at]))
    throw new TypeError(`${file}: its seeds were played by other code: begin with a new file`);
  return value;
}

function isProgress(value: unknown): value is Progress {
  return (
    isObject(value) &&
    value.version === VERSION &&
    Array.isArray(value.fingerprints) &&
    Array.isArray(value.layers) &&
    value.layers.every(isLayerProgress)
  );
}

function isLayerProgress(value: unknown): value is LayerProgress {
  return (
    isObject(value) &&
    [value.nextSeed, value.events, value.failed].every(Number.isSafeInteger) &&
    Array.isArray(value.failedSeeds) &&
    Array.isArray(value.counts) &&
    value.counts.every(
      (pair: unknown) =>
        Array.isArray(pair) && typeof pair[0] === 'string' && Number.isSafeInteger(pair[1]),
    )
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function eventsOf({ layers }: Progress): number {
  return layers.reduce((sum, { events }) => sum + events, 0);
}

function fewestEvents({ layers }: Progress): number {
  const counts = layers.map(({ events }) => events);
  return counts.indexOf(Math.min(...counts));
}

function summary(progress: Progress, goal: number): string {
  const layers = progress.layers
    .map(
      ({ nextSeed, events, failed }, at) =>
        `layer ${at} ${events} events, ${nextSeed - 1} seeds, ${failed} failed`,
    )
    .join('; ');
  return `${eventsOf(progress)} of ${goal} events: ${layers}`;
}
