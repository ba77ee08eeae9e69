import { NO_MUTATIONS, type RaftMutations } from '../core/index.ts';
import { runSeed } from './run-seed.ts';

export type Mutation = keyof RaftMutations;

export interface Catch {
  readonly mutation: Mutation;
  /** Null: it survived all seeds, so the simulator would miss such a bug. */
  readonly seed: number | null;
  readonly seeds: number;
  readonly message: string;
}

/** The deliberate bugs of the core, in the order of their names. */
export function mutationNames(): readonly Mutation[] {
  return Object.keys(NO_MUTATIONS).filter((name): name is Mutation => name in NO_MUTATIONS);
}

/** Looks for the first seed that catches a deliberate bug. */
export function hunt(mutation: Mutation, firstSeed: number, seedsMax: number): Catch {
  const mutations = { ...NO_MUTATIONS, [mutation]: true };
  for (let seed = firstSeed; seed < firstSeed + seedsMax; seed += 1) {
    const { failure } = runSeed(seed, { mutations });
    if (failure !== null) {
      return { mutation, seed, seeds: seed - firstSeed + 1, message: failure.message };
    }
  }
  return { mutation, seed: null, seeds: seedsMax, message: 'survived' };
}
