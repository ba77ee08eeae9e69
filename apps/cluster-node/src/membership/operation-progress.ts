import type { NodeRecord, OperationRecord } from './node-registry.ts';
import { placementOf, SYSTEM_GROUP } from './placement.ts';
import type { PlanInput, PlannedGroup } from './planner.ts';
import { planSteps } from './planner.ts';

/** How far an operation is, from what the cluster looks like; nothing of it is kept. */
export interface OperationProgress {
  /** Groups of conversations that are where the operation wants them. */
  readonly done: number;
  readonly total: number;
  /** Groups that are not, with what they wait for. */
  readonly stuck: readonly { readonly group: number; readonly reason: string }[];
  readonly isComplete: boolean;
}

export interface ProgressSources {
  readonly input: PlanInput;
  readonly nodes: ReadonlyMap<number, NodeRecord>;
  readonly groupCount: number;
}

const STUCK_MAX = 20;

export function progressOf(
  operation: OperationRecord,
  { input, nodes, groupCount }: ProgressSources,
): OperationProgress {
  const concerned = concernedGroups(operation, input, nodes, groupCount);
  const open = input.groups.filter(
    (group) => concerned.has(group.group) && !isThere(operation, group, input),
  );
  const { waiting } = open.length === 0 ? { waiting: [] } : planSteps(input);
  const reasons = new Map(waiting.map(({ group, reason }) => [group, reason]));
  const state = operation.number === null ? null : nodes.get(operation.number)?.state;
  const isAdmitted = operation.kind !== 'join' || (state !== 'joining' && state !== undefined);
  const total = [...concerned].filter((group) => group !== SYSTEM_GROUP).length;
  const left = open.filter(({ group }) => group !== SYSTEM_GROUP).length;
  return {
    done: total - left,
    total,
    stuck: open.slice(0, STUCK_MAX).map(({ group, leader }) => ({
      group,
      reason: reasons.get(group) ?? (leader === 0 ? 'it has no leader' : 'its turn comes'),
    })),
    isComplete: open.length === 0 && isAdmitted,
  };
}

/** The groups that the operation is about. */
function concernedGroups(
  { kind, number, group, nodeId }: OperationRecord,
  input: PlanInput,
  nodes: ReadonlyMap<number, NodeRecord>,
  groupCount: number,
): ReadonlySet<number> {
  const all = Array.from({ length: groupCount }, (_, at) => at);
  switch (kind) {
    case 'transfer':
      return new Set(group === null ? [] : [group]);
    case 'rebalance':
      return new Set(all);
    case 'join':
    case 'undrain':
    case 'drain':
    case 'remove':
    case 'replace': {
      if (number === null || nodeId === null) return new Set();
      // Those that it has, and those that it would have if it were one of the active nodes.
      const active = [...nodes.values()].filter((node) => node.state === 'active');
      const others = active.filter((node) => node.number !== number);
      const { replicasOf } = placementOf({
        nodes: [...others, nodes.get(number) ?? { number, nodeId }],
        groups: groupCount,
        replicas: input.replicas,
      });
      const has = input.groups.filter(({ voters }) => voters.includes(number));
      const concerned = new Set(has.map((known) => known.group));
      for (const at of all) if (replicasOf(at).includes(number)) concerned.add(at);
      return concerned;
    }
    default:
      return kind satisfies never;
  }
}

function isThere(operation: OperationRecord, group: PlannedGroup, input: PlanInput): boolean {
  const number = operation.number ?? 0;
  if (group.leader === 0) return false;
  switch (operation.kind) {
    case 'transfer':
      return group.leader === number;
    case 'rebalance': {
      const preferred = input.placement.preferredLeader(group.group);
      return preferred === 0 || group.leader === preferred || !group.voters.includes(preferred);
    }
    case 'join':
    case 'undrain':
      return (
        group.voters.includes(number) ||
        !input.placement.replicasOf(group.group).includes(number) ||
        group.group === SYSTEM_GROUP
      );
    case 'drain':
    case 'remove':
      return !group.voters.includes(number) && !isLeftOpen(group, number);
    case 'replace':
      return !group.voters.includes(number);
    default:
      return operation.kind satisfies never;
  }
}

/** The system group stays at hand until the end. */
function isLeftOpen({ group, openOn, votersOutgoing }: PlannedGroup, number: number): boolean {
  return votersOutgoing.includes(number) || (group !== SYSTEM_GROUP && openOn.includes(number));
}
