import { PLAIN } from '../harness/layer.ts';
import { invariantOf } from '../harness/shrink.ts';
import { KNOWN_CATCHES } from './known-catches.ts';
import { layerWithBug } from './load.ts';

/** Plays, for every deliberate bug, the seed that is known to find it: a line of JSON with what it broke. */
for (const { bug, seed } of KNOWN_CATCHES) {
  const { failure } = (await layerWithBug(bug)).run(seed, PLAIN);
  const invariant = failure === null ? 'survived' : invariantOf(failure);
  process.stdout.write(`${JSON.stringify({ bug, invariant })}\n`);
}
