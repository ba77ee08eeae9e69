import type { Coverage } from './coverage.ts';
import { withoutEscape } from './no-escape.ts';

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
  /** What the seed has broken; null: nothing. */
  readonly failure: Error | null;
  readonly coverage: Coverage;
}

/** One run of a layer, before it begins. */
export interface Run {
  /** What the seed is like. */
  readonly swarm: object;
  readonly coverage: Coverage;
  readonly events: number;
  readonly traceHash: number;
  /**
   * A phase of faults in which nothing may be lost, then one without in which everything must make progress. Throws
   * BrokenInvariant, or what production code threw.
   */
  run(): void;
  /** A line for each replica or machine: how it stands. */
  states(): readonly string[];
}

/** Takes what happens, for a replay; `line` is only called where it is read. */
export type Log = (line: () => string) => void;

/** What a layer consists of. `create` throws TypeError for a fault that the layer does not know. */
export interface LayerParts {
  readonly number: 0 | 1;
  readonly faults: readonly string[];
  /** What many seeds together must meet. */
  readonly situations: readonly string[];
  create(seed: number, options: RunOptions, log: Log): Run;
}

/** A layer of the simulator as the command line, the zoo and the shrinker see it. */
export interface Layer extends Omit<LayerParts, 'create'> {
  /** The deliberate bug in the code under it; null: none. */
  readonly bug: string | null;
  run(seed: number, options: RunOptions): RunResult;
  /** What happened last, for reading, not for parsing. */
  replay(seed: number, options: RunOptions, lines: number): string;
}

export const PLAIN: RunOptions = { without: [], groups: null };

export function createLayer({ create, ...parts }: LayerParts): Layer {
  return {
    ...parts,
    bug: null,
    run: (seed, options) => {
      const run = create(seed, options, () => undefined);
      const failure = failureOf(run);
      const { events, traceHash, coverage } = run;
      return { events, traceHash, failure, coverage };
    },
    replay: (seed, options, linesShown) => {
      const lines: string[] = [];
      const run = create(seed, options, (line) => {
        lines.push(line());
        if (lines.length > 2 * linesShown) lines.splice(0, linesShown);
      });
      const failure = failureOf(run);
      const outcome = failure === null ? 'nothing is broken' : (failure.stack ?? failure.message);
      const shown = lines.slice(-linesShown);
      return [JSON.stringify(run.swarm), ...shown, ...run.states(), outcome].join('\n');
    },
  };
}

function failureOf(run: Run): Error | null {
  try {
    withoutEscape(() => run.run());
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
