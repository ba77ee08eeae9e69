import type { Message, ReplicaId } from '../../core/index.ts';

/** What clients and operators do, each on a schedule of its own. */
export const ACTIONS = [
  'propose',
  'read',
  'transfer',
  'forget',
  'compact',
  'conf-change',
  'partition',
  'crash',
  'pause',
  'stall',
] as const;

export type Action = (typeof ACTIONS)[number];

/** Something that happens inside one incarnation of one replica. */
export type ReplicaEvent =
  | { readonly type: 'tick' }
  | { readonly type: 'ready' }
  | { readonly type: 'written' }
  | { readonly type: 'applied' }
  | {
      readonly type: 'snapshot-report';
      readonly to: ReplicaId;
      readonly status: 'finish' | 'failure';
    };

export type SimEvent =
  | {
      readonly type: 'replica';
      readonly id: ReplicaId;
      readonly incarnation: number;
      readonly event: ReplicaEvent;
    }
  | { readonly type: 'deliver'; readonly message: Message }
  | { readonly type: 'restart'; readonly id: ReplicaId }
  | { readonly type: 'mend' }
  | { readonly type: 'end' }
  | { readonly type: 'action'; readonly action: Action };
