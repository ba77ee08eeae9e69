import type { Chunk } from '../dispatch/dispatch-api.ts';

/** The answer in progress of a session, from its first chunk. */
export interface LiveAnswer {
  readonly epoch: number;
  readonly attempt: number;
  readonly chunks: readonly Chunk[];
}
