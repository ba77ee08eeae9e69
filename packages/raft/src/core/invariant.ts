/** A state that the algorithm can't be in: the replica must stop, since going on could lose data. */
export class RaftInvariantError extends Error {
  constructor(detail: string) {
    super(`Raft invariant broken: ${detail}`);
    this.name = 'RaftInvariantError';
  }
}

/** Stops the replica. Callers test first, so that the hot path builds no message and no closure. */
export function violated(detail: string): never {
  throw new RaftInvariantError(detail);
}
