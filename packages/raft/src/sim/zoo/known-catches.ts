import { readFileSync } from 'node:fs';

export interface KnownCatch {
  readonly bug: string;
  readonly seed: number;
  readonly invariant: string;
}

/** For every deliberate bug the first seed that found it; `npm run sim -- --zoo` looks for them anew. */
export const KNOWN_CATCHES: readonly KnownCatch[] = readCatches();

function readCatches(): KnownCatch[] {
  const text = readFileSync(new URL('../../../testdata/zoo.json', import.meta.url), 'utf8');
  const found: Record<string, { seed: number; invariant: string }> = JSON.parse(text);
  return Object.entries(found).map(([bug, { seed, invariant }]) => ({ bug, seed, invariant }));
}
