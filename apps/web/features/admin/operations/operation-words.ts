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
      return `Take ${node} back`;
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

/** What it does, for whoever is about to begin it. */
export const OPERATION_MEANINGS: Readonly<Record<RequestedKind, string>> = {
  drain:
    'Its leaderships go first, then its replicas. When it is done the node holds nothing and can be stopped for as long as you like. It stays a member.',
  undrain: 'The node is given its groups again.',
  remove:
    'As a drain; then the node belongs to the cluster no more. With its data directory it never comes in again, with an empty one as a new node.',
  replace:
    'Its replicas are made anew on other nodes, as if it were lost for good. If it comes back before that is done, it is left in peace.',
  transfer:
    'Another replica leads the group, until the cluster moves it back to its preferred place. Messages wait for one hand-over, some milliseconds.',
  rebalance: 'Leaderships go back to their preferred places at once, instead of a few a second.',
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
    return 'Start the nodes that are away; nothing moves until then.';
  if (reason.includes('brought up to date'))
    return 'Wait. If it lasts, look at that node’s log and disk.';
  return null;
}

/** From two looks at its progress; null: it can't be told yet. */
export function timeLeftMs(
  first: { readonly atMs: number; readonly done: number },
  now: { readonly atMs: number; readonly done: number; readonly total: number },
): number | null {
  const moved = now.done - first.done;
  const tookMs = now.atMs - first.atMs;
  if (moved <= 0 || tookMs < 1_000) return null;
  return ((now.total - now.done) / moved) * tookMs;
}
