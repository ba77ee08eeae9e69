import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Coverage } from './harness/coverage.ts';
import type { Layer } from './harness/layer.ts';
import { longRun } from './long-run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'long-run-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Ten events a seed; even seeds meet "even", and the seeds of `broken` fail. */
function layer(number: 0 | 1, played: string[], broken: readonly number[] = [], hash = 7): Layer {
  return {
    number,
    bug: null,
    faults: [],
    situations: ['even', 'odd'],
    run: (seed) => {
      const coverage = new Coverage(['even', 'odd']);
      coverage.count(seed % 2 === 0 ? 'even' : 'odd');
      played.push(`${number}:${seed}`);
      const failure = broken.includes(seed) ? new Error('reads: it was older') : null;
      return { events: 10, traceHash: hash, failure, coverage };
    },
    replay: () => 'the end of the way',
  };
}

function run(
  layers: readonly Layer[],
  { events = 40, stopAfter = Number.POSITIVE_INFINITY } = {},
): Promise<{ readonly isClean: boolean; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  let seeds = 0;
  return longRun({
    layers,
    events,
    file: join(folder, 'progress.json'),
    print: (line) => lines.push(line),
    isStopping: () => {
      seeds += 1;
      return seeds > stopAfter;
    },
  }).then((isClean) => ({ isClean, lines }));
}

test('gives every layer as many events, and prints how often each situation was met', async () => {
  const played: string[] = [];
  const { isClean, lines } = await run([layer(0, played), layer(1, played)]);
  // The first two are the fingerprints.
  expect(played.slice(2)).toEqual(['0:1', '1:1', '0:2', '1:2']);
  expect(lines).toContain('           1  even');
  expect(lines.at(-1)).toBe(
    '40 of 40 events: layer 0 20 events, 2 seeds, 0 failed; layer 1 20 events, 2 seeds, 0 failed',
  );
  expect(isClean).toBe(true);
});

test('continues where an earlier process stopped, its situations and failures included', async () => {
  const played: string[] = [];
  const layers = [layer(0, played, [1]), layer(1, played)];
  expect((await run(layers, { stopAfter: 3 })).isClean).toBe(false);
  played.length = 0;
  const { isClean, lines } = await run(layers);
  expect(played.slice(2)).toEqual(['1:2']);
  expect(lines.filter((line) => line.startsWith('never met'))).toEqual([]);
  expect(lines.at(-1)).toContain('layer 0 20 events, 2 seeds, 1 failed');
  expect(isClean).toBe(false);
  const file = JSON.parse(await readFile(join(folder, 'progress.json'), 'utf8'));
  expect(file.layers[0].failedSeeds).toEqual([1]);
});

test('is not clean when a situation was never met', async () => {
  const { isClean, lines } = await run([layer(0, [])], { events: 10 });
  expect(lines).toContain('never met: even');
  expect(isClean).toBe(false);
});

test('refuses to continue what other code has played, and a file that is something else', async () => {
  await run([layer(0, [])]);
  await expect(run([layer(0, [], [], 8)])).rejects.toThrow('played by other code');
  await writeFile(join(folder, 'progress.json'), '{"version":1,"fingerprints":[7],"layers":[{}]}');
  await expect(run([layer(0, [])])).rejects.toThrow('not the progress of a long run');
});
