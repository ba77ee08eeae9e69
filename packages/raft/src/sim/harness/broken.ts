/** A promise of the algorithm that a seed has broken. */
export class BrokenInvariant extends Error {
  readonly invariant: string;

  constructor(invariant: string, detail: string) {
    super(`${invariant}: ${detail}`);
    this.name = 'BrokenInvariant';
    this.invariant = invariant;
  }
}

export function broken(invariant: string, detail: string): never {
  throw new BrokenInvariant(invariant, detail);
}
