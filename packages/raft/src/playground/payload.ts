import type { Message, ReplicaId } from '../core/index.ts';

/** What a node answers to a client's write. */
export type WriteAnswer =
  | { readonly status: 'acknowledged'; readonly index: number; readonly term: number }
  /** 0: no leader is known. */
  | { readonly status: 'not-leader'; readonly leader: ReplicaId }
  | { readonly status: 'refused'; readonly reason: string }
  /** Another leader's entry was committed in its place: certainly not written. */
  | { readonly status: 'overwritten'; readonly index: number };

/** What travels between two nodes, or between the client (0) and a node. */
export type Payload =
  | { readonly kind: 'raft'; readonly message: Message }
  | { readonly kind: 'write'; readonly write: number; readonly text: string }
  | { readonly kind: 'write-answer'; readonly write: number; readonly answer: WriteAnswer };
