import type { AuditAnswer, OperationBody, OperationPlanBody } from '@fleetlm/protocol';
import type { AuditView, OperationPlan, OperationView } from '../runtime/runtime-api.ts';
import { isoTime } from './wire.ts';

export function operationBody(operation: OperationView): OperationBody {
  const { id, kind, nodeId, group, by, state, startedAtMs, endedAtMs, detail, progress } =
    operation;
  return {
    id,
    kind,
    node_id: nodeId,
    group,
    requested_by: by,
    state,
    started_at: isoTime(startedAtMs),
    ended_at: endedAtMs === null ? null : isoTime(endedAtMs),
    detail,
    progress:
      progress === null
        ? null
        : { done: progress.done, total: progress.total, stuck: [...progress.stuck] },
  };
}

export function operationPlanBody(plan: OperationPlan): OperationPlanBody {
  const { refusal, moves, leadersToMove, leaderMoves, after, warnings } = plan;
  return {
    refusal,
    moves: moves.map(({ group, from, to }) => ({ group, from: [...from], to: [...to] })),
    leaders_to_move: leadersToMove,
    leader_moves: leaderMoves.map((move) => ({ ...move })),
    after: {
      active_nodes: after.activeNodes,
      copies_min: after.copiesMin,
      can_lose_a_node: after.canLoseANode,
    },
    warnings: [...warnings],
  };
}

export function auditEntryBody(entry: AuditView): AuditAnswer['entries'][number] {
  const { atMs, by, action, operationId, kind, nodeId, group, entryIndex, detail } = entry;
  return {
    at: isoTime(atMs),
    by,
    action,
    operation_id: operationId,
    kind,
    node_id: nodeId,
    group,
    entry_index: entryIndex,
    detail,
  };
}
