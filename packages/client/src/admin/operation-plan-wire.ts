import { isObject, stringField } from '@fleetlm/protocol/ui-stream';
import { OPERATION_KINDS, type OperationKind } from './operations-wire.ts';

/** What an operation would do, and what stands against it. */
export interface OperationPlan {
  /** Null: it would be begun. */
  readonly refusal: string | null;
  readonly moves: readonly {
    readonly group: number;
    readonly from: readonly string[];
    readonly to: readonly string[];
  }[];
  readonly leaders_to_move: number;
  /** Leaderships that would go back to where they should be; of a rebalance only. */
  readonly leader_moves: readonly {
    readonly group: number;
    readonly from: string;
    readonly to: string;
  }[];
  readonly after: {
    readonly active_nodes: number;
    readonly copies_min: number;
    readonly can_lose_a_node: boolean;
  };
  readonly warnings: readonly string[];
}

const AUDIT_KINDS = [...OPERATION_KINDS, 'revive'] as const;
const ACTIONS = ['started', 'done', 'failed', 'cancelled'] as const;

/** Who did what to the cluster. */
export interface AuditEntry {
  readonly at: string;
  readonly by: string;
  readonly action: (typeof ACTIONS)[number];
  /** Null: it is none, `revive`. */
  readonly operation_id: string | null;
  readonly kind: OperationKind | 'revive';
  readonly node_id: string | null;
  readonly group: number | null;
  /** Of a revive: the entry that no replica applies. */
  readonly entry_index: number | null;
  readonly detail: string;
}

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

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
