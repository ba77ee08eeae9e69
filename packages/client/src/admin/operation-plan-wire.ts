import type * as wire from '@fleetlm/protocol';
import { AUDIT_KINDS } from '@fleetlm/protocol/plain';
import { isObject, stringField } from '@fleetlm/protocol/ui-stream';

/** What an operation would do, and what stands against it. */
export type OperationPlan = Readonly<wire.OperationPlanBody>;
/** Who did what to the cluster. */
export type AuditEntry = Readonly<wire.AuditAnswer['entries'][number]>;

const ACTIONS: readonly AuditEntry['action'][] = ['started', 'done', 'failed', 'cancelled'];

/** From `{plan}`. Null: not understood; a plan is never guessed at. */
export function readPlan(value: unknown): OperationPlan | null {
  const plan = isObject(value) ? value.plan : null;
  if (!isObject(plan) || !isObject(plan.after) || !Array.isArray(plan.moves)) return null;
  const { active_nodes, copies_min, can_lose_a_node } = plan.after;
  const { leaders_to_move, refusal } = plan;
  if (
    typeof active_nodes !== 'number' ||
    typeof copies_min !== 'number' ||
    typeof can_lose_a_node !== 'boolean' ||
    typeof leaders_to_move !== 'number' ||
    !(refusal === null || typeof refusal === 'string')
  )
    return null;
  return {
    refusal,
    leaders_to_move,
    after: { active_nodes, copies_min, can_lose_a_node },
    moves: plan.moves.flatMap((move: unknown) =>
      isObject(move) && typeof move.group === 'number'
        ? [{ group: move.group, from: texts(move.from), to: texts(move.to) }]
        : [],
    ),
    leader_moves: leaderMoves(plan.leader_moves),
    warnings: texts(plan.warnings),
  };
}

/** From `{entries}`, newest first. Null: not understood. */
export function readAudit(value: unknown): readonly AuditEntry[] | null {
  if (!isObject(value) || !Array.isArray(value.entries)) return null;
  return value.entries.flatMap((one: unknown) => {
    if (!isObject(one)) return [];
    const at = stringField(one, 'at');
    const action = ACTIONS.find((known) => known === one.action);
    const kind = AUDIT_KINDS.find((known) => known === one.kind);
    if (at === null || action === undefined || kind === undefined) return [];
    return [
      {
        at,
        action,
        kind,
        operation_id: stringField(one, 'operation_id'),
        by: stringField(one, 'by') ?? '',
        node_id: stringField(one, 'node_id'),
        group: typeof one.group === 'number' ? one.group : null,
        entry_index: typeof one.entry_index === 'number' ? one.entry_index : null,
        detail: stringField(one, 'detail') ?? '',
      },
    ];
  });
}

function leaderMoves(value: unknown): OperationPlan['leader_moves'] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    if (!isObject(one) || typeof one.group !== 'number') return [];
    const from = stringField(one, 'from');
    const to = stringField(one, 'to');
    return from === null || to === null ? [] : [{ group: one.group, from, to }];
  });
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
