import type { ConfChangeSingle, ReplicaId } from '../core/index.ts';

/** What a viewer does to the cluster. Commands and the seed decide everything that happens. */
export type Command =
  /** Lets virtual time pass. */
  | { readonly type: 'run'; readonly ms: number }
  /** Lets time pass until something is to be seen: a message arrives, a node changes its role. */
  | { readonly type: 'step' }
  /** No message passes between the two, in either direction; what is on its way there is lost. */
  | { readonly type: 'cut'; readonly a: ReplicaId; readonly b: ReplicaId }
  | { readonly type: 'mend'; readonly a: ReplicaId; readonly b: ReplicaId }
  /** Cuts all links of one node. */
  | { readonly type: 'isolate'; readonly node: ReplicaId }
  | { readonly type: 'mend-all' }
  /** Like `kill -9`: what is not on the node's disk is gone. */
  | { readonly type: 'stop'; readonly node: ReplicaId }
  | { readonly type: 'restart'; readonly node: ReplicaId }
  /** Loses one message that is on its way. */
  | { readonly type: 'drop'; readonly message: number }
  | { readonly type: 'drop-all' }
  /** The client writes its next value; null: it asks the node that it last knew to lead. */
  | { readonly type: 'write'; readonly to: ReplicaId | null }
  /** The leader is asked to change the configuration, in one step where that is possible. */
  | { readonly type: 'change'; readonly changes: readonly ConfChangeSingle[] }
  | { readonly type: 'transfer'; readonly to: ReplicaId }
  /** The node's election timeout passes now. */
  | { readonly type: 'campaign'; readonly node: ReplicaId }
  /** The node's election timeout, in ticks, until it draws the next. */
  | {
      readonly type: 'election-timeout';
      readonly node: ReplicaId;
      readonly ticks: number;
    };
