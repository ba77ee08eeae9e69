import {
  NODE_STATES,
  type NodeRecord,
  type NodeState,
  type OperationKind,
  type OperationRecord,
  type OperationState,
  type OperationTarget,
} from './node-records.ts';

/** Which operations may be begun, beside which others, and what they make of their node. */

function isShrinking(kind: OperationKind): boolean {
  return kind === 'drain' || kind === 'remove' || kind === 'replace';
}

/**
 * What operators ask for and takes nodes away: one of them at a time, so that two can't take away a quorum together. That a
 * node died was not asked for: its replacement waits for nothing, or what waits for the node would wait for ever.
 */
function isExclusive({ kind, by }: OperationTarget): boolean {
  return isShrinking(kind) && by !== COORDINATOR;
}

/** Who asks when no operator did. */
export const COORDINATOR = 'coordinator';

export function conflicting(
  operations: Iterable<OperationRecord>,
  target: OperationTarget,
): OperationRecord | null {
  if (target.kind === 'transfer') return null;
  for (const operation of operations) {
    if (operation.state !== 'running' || operation.kind === 'transfer') continue;
    const isSameNode = operation.nodeId !== null && operation.nodeId === target.nodeId;
    const isSameKind = operation.kind === 'rebalance' && target.kind === 'rebalance';
    if (isSameNode || isSameKind || (isExclusive(operation) && isExclusive(target)))
      return operation;
  }
  return null;
}

/** Null: the operation makes sense for a node in this state. */
export function stateRefusal(kind: OperationKind, { nodeId, state }: NodeRecord): string | null {
  const allowed: Readonly<Record<OperationKind, readonly NodeState[]>> = {
    join: ['joining'],
    drain: ['active', 'lost'],
    undrain: ['draining'],
    remove: ['joining', 'active', 'draining', 'lost'],
    replace: ['active', 'lost'],
    transfer: ['active'],
    rebalance: NODE_STATES,
  };
  return allowed[kind].includes(state)
    ? null
    : `${nodeId} is ${state}: it can't be ${DONE_TO[kind]}`;
}

const DONE_TO: Readonly<Record<OperationKind, string>> = {
  join: 'admitted',
  drain: 'drained',
  undrain: 'taken back',
  remove: 'removed',
  replace: 'replaced',
  transfer: 'made a leader',
  rebalance: 'rebalanced',
};

/** Null: the node stays as it is. */
export function stateFor(kind: OperationKind): NodeState | null {
  switch (kind) {
    case 'drain':
    case 'remove':
      return 'draining';
    case 'undrain':
      return 'active';
    case 'replace':
      return 'lost';
    case 'join':
    case 'transfer':
    case 'rebalance':
      return null;
    default:
      return kind satisfies never;
  }
}

export function stateAfter(kind: OperationKind, state: OperationState): NodeState | null {
  if (state === 'done') return kind === 'remove' ? 'gone' : null;
  if (isShrinking(kind)) return 'active';
  return kind === 'undrain' ? 'draining' : null;
}
