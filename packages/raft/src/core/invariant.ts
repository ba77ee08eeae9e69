/** A state that the algorithm can't be in: the replica must stop, since going on could lose data. */
export class RaftInvariantError extends Error {
  constructor(detail: string) {
    super(`Raft invariant broken: ${detail}`);
    this.name = 'RaftInvariantError';
  }
}

export function invariant(holds: boolean, detail: () => string): asserts holds {
  if (!holds) throw new RaftInvariantError(detail());
}
