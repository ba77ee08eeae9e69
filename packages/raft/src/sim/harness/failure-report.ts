import type { Layer, RunOptions } from './layer.ts';
import { invariantOf, shrink } from './shrink.ts';

const LINES_SHOWN = 40;

/** The command that runs a seed again and prints what happens in it. */
export function replayCommand(layer: Layer, seed: number, options: RunOptions): string {
  const { groups, without } = options;
  return [
    `npm run sim -- --layer ${layer.number} --replay ${seed}`,
    ...(groups === null ? [] : [`--groups ${groups}`]),
    ...(layer.bug === null ? [] : [`--bug ${layer.bug}`]),
    ...(without.length === 0 ? [] : [`--without ${without.join(',')}`]),
  ].join(' ');
}

/** What a seed has broken, with as few faults as it takes, and the end of the way there. */
export function reportFailure(
  layer: Layer,
  seed: number,
  options: RunOptions,
  failure: Error,
): string {
  const invariant = invariantOf(failure);
  const without = shrink(layer.faults, (fewer) => {
    const again = layer.run(seed, { ...options, without: [...options.without, ...fewer] });
    return again.failure !== null && invariantOf(again.failure) === invariant;
  });
  const smaller = { ...options, without: [...options.without, ...without] };
  return [
    `seed ${seed}: ${failure.message}`,
    layer.replay(seed, smaller, LINES_SHOWN),
    `seed ${seed}: again with ${replayCommand(layer, seed, smaller)}`,
  ].join('\n');
}
