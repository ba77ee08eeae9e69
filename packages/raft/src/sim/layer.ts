/** What a run has besides its seed. */
export interface RunOptions {
  /** Kinds of faults that are taken away. */
  readonly without: readonly string[];
  /** Number of groups instead of what the seed draws; only where a layer has several. */
  readonly groups: number | null;
}

export interface RunResult {
  readonly events: number;
  /** Of everything that happened, in order. */
  readonly traceHash: number;
  readonly failure: Error | null;
  readonly situations: ReadonlyMap<string, number>;
}

/** A layer of the simulator as the command line, the zoo and the shrinker see it. */
export interface Layer {
  readonly number: 0 | 1;
  /** The deliberate bug in the code under it; null: none. */
  readonly bug: string | null;
  readonly faults: readonly string[];
  /** What many seeds together must meet. */
  readonly situations: readonly string[];
  run(seed: number, options: RunOptions): RunResult;
  /** What happened last, for reading. */
  replay(seed: number, options: RunOptions, lines: number): string;
}

export const PLAIN: RunOptions = { without: [], groups: null };

/** The ones of `known` that are named; throws TypeError for a name that is not known. */
export function named<T extends string>(
  what: string,
  known: readonly T[],
  names: readonly string[],
): T[] {
  return names.map((name) => {
    const found = known.find((one) => one === name);
    if (found === undefined) throw new TypeError(`${what} ${name}: one of ${known.join(', ')}`);
    return found;
  });
}
