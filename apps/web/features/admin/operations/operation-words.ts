import type {
  AuditEntry,
  ClusterOperation,
  OperationKind,
  OperationState,
} from '@fleetlm/client/admin';
import { groupName } from '../groups/grid.ts';

/** What people may begin; a node that joins begins that by itself. */
export type RequestedKind = Exclude<OperationKind, 'join'>;

export interface OperationTarget {
  readonly kind: RequestedKind;
  readonly node_id?: string;
  readonly group?: number;
}

/** As a title: `Drain n3`, `Transfer group A3 to n2`. */
export function operationTitle({
  kind,
  node_id,
  group,
}: Pick<ClusterOperation, 'kind' | 'node_id' | 'group'>): string {
  const node = node_id ?? 'a node';
  switch (kind) {
    case 'join':
      return `${node} joins`;
    case 'drain':
      return `Drain ${node}`;
    case 'undrain':
      return `Undrain ${node}`;
    case 'remove':
      return `Remove ${node}`;
    case 'replace':
      return `Replace ${node}`;
    case 'transfer':
      return `Transfer group ${group === null ? '?' : groupName(group)} to ${node}`;
    case 'rebalance':
      return 'Rebalance leaders';
    default:
      return kind satisfies never;
  }
}

/** The same of an entry of the audit: `Revive group A3, entry 1204`. */
export function auditTitle(entry: AuditEntry): string {
  const { kind, group, node_id, entry_index } = entry;
  if (kind !== 'revive') return operationTitle({ kind, node_id, group });
  const name = group === null ? '?' : groupName(group);
  return `Revive group ${name}, entry ${entry_index ?? '?'}`;
}

/** What it does, for the operator who is about to start it. */
export const OPERATION_MEANINGS: Readonly<Record<RequestedKind, string>> = {
  drain:
    'Leaderships move first, then replicas. When it is done the node holds no groups and can be stopped. It stays a member.',
  undrain: 'The node gets its groups back.',
  remove:
    'Drains the node, then removes it from the cluster. It can’t rejoin with its data directory; with an empty one it joins as a new node.',
  replace:
    'Its replicas are rebuilt on other nodes, as after a permanent loss. If the node returns before that is done, it stays.',
  transfer:
    'Another replica leads the group until the cluster moves it back to its preferred node. Messages are queued during the transfer, for some milliseconds.',
  rebalance: 'Leaderships return to their preferred nodes at once, instead of a few per second.',
};

export const OPERATION_STATES: Readonly<
  Record<OperationState, { readonly glyph: string; readonly word: string; readonly colour: string }>
> = {
  running: { glyph: '◌', word: 'running', colour: 'text-info' },
  done: { glyph: '●', word: 'done', colour: 'text-ok' },
  failed: { glyph: '✕', word: 'failed', colour: 'text-critical' },
  cancelled: { glyph: '–', word: 'cancelled', colour: 'text-muted' },
};

/** Why there is nothing left to cancel; null: it is running. */
export function tooLateToCancel(
  operation: Pick<ClusterOperation, 'kind' | 'node_id' | 'group' | 'state'>,
): string | null {
  const title = operationTitle(operation);
  switch (operation.state) {
    case 'running':
      return null;
    case 'done':
      return `${title}: already finished. Nothing was cancelled.`;
    case 'failed':
      return `${title}: already failed. There is nothing to cancel.`;
    case 'cancelled':
      return `${title}: already cancelled.`;
    default:
      return operation.state satisfies never;
  }
}

/** What an operator can do about it; null: wait. */
export function adviceFor(reason: string, areAllUp: boolean): string | null {
  if (reason.includes('has no leader'))
    return areAllUp
      ? 'Its nodes are up and elect one. Wait.'
      : 'Too few of its nodes are up: start them.';
  if (reason.includes("can't be reached") && !reason.startsWith('too few'))
    return 'Start that node, or replace it.';
  if (reason.startsWith('too few'))
    return 'Start the nodes that are down; nothing moves until then.';
  if (reason.includes('brought up to date'))
    return 'Wait. If it lasts, look at that node’s log and disk.';
  return null;
}

/** From two looks at its progress; null: not known yet. */
export function timeLeftMs(
  first: { readonly atMs: number; readonly done: number },
  now: { readonly atMs: number; readonly done: number; readonly total: number },
): number | null {
  const moved = now.done - first.done;
  const tookMs = now.atMs - first.atMs;
  if (moved <= 0 || tookMs < 1_000) return null;
  return ((now.total - now.done) / moved) * tookMs;
}
