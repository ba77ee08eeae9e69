import type { AuditAnswer, OperationBody, OperationPlanBody } from '@fleetlm/protocol';
import { ulid } from 'ulid';
import {
  type AuditEntry,
  applyRegistryCommand,
  type NodeRegistry,
  type OperationKind,
  type OperationRecord,
  type RegistryCommand,
} from '../membership/node-registry.ts';
import { type OperationProgress, progressOf } from '../membership/operation-progress.ts';
import { placementOf, SYSTEM_GROUP } from '../membership/placement.ts';
import type { PlanInput } from '../membership/planner.ts';
import type { SkippedEntry } from '../membership/skipped-entries.ts';
import { type OperationError, resultOf } from '../operations/operation-errors.ts';
import type { Result } from '../outcome.ts';
import type { Router } from '../router/router.ts';

export interface OperationRequest {
  readonly kind: Exclude<OperationKind, 'join'>;
  readonly nodeId: string | null;
  readonly group: number | null;
}

/** Entries of one answer, the newest: as many as are kept of operations, and less than a page has bytes for. */
const AUDIT_ENTRIES_MAX = 1_000;

type AuditEntryBody = AuditAnswer['entries'][number];

/** Changes of the cluster, in the shape of the protocol. */
export interface OperationsRuntime {
  readonly coordinator: () => string | null;
  list(): OperationBody[];
  get(id: string): OperationBody | null;
  plan(request: OperationRequest): OperationPlanBody;
  start(
    request: OperationRequest,
    by: string,
  ): Promise<Result<OperationBody, OperationError<'registry'>>>;
  cancel(id: string, by: string): Promise<Result<OperationBody, OperationError<'registry'>>>;
  /** Newest first. */
  audit(): AuditEntryBody[];
}

export interface OperationsPorts {
  readonly registry: () => NodeRegistry;
  /** Entries that operators took out of stalled groups. */
  readonly skipped: () => readonly SkippedEntry[];
  readonly input: () => PlanInput;
  readonly groupCount: number;
  readonly coordinator: () => string | null;
  readonly router: Pick<Router, 'request'>;
}

/** Changes of the cluster, on whichever node they are asked for: they are in the registry, and the coordinator does them. */
export class ClusterOperations implements OperationsRuntime {
  readonly coordinator: () => string | null;
  readonly #ports: OperationsPorts;

  constructor(ports: OperationsPorts) {
    this.#ports = ports;
    this.coordinator = ports.coordinator;
  }

  list(): OperationBody[] {
    const operations = [...this.#ports.registry().operations.values()];
    const isRunning = operations.some(({ state }) => state === 'running');
    const input = isRunning ? this.#ports.input() : null;
    return operations
      .sort((a, b) => b.startedAtMs - a.startedAtMs)
      .map((operation) => this.#view(operation, input));
  }

  get(id: string): OperationBody | null {
    const operation = this.#ports.registry().operations.get(id);
    return operation === undefined ? null : this.#view(operation, null);
  }

  audit(): AuditEntryBody[] {
    const { registry, skipped } = this.#ports;
    return [...registry().audit, ...skipped()]
      .sort((a, b) => b.atMs - a.atMs)
      .slice(0, AUDIT_ENTRIES_MAX)
      .map((entry) => ('digest' in entry ? reviveBody(entry) : auditEntryBody(entry)));
  }

  async start(
    request: OperationRequest,
    by: string,
  ): Promise<Result<OperationBody, OperationError<'registry'>>> {
    return this.#decide({
      type: 'start-operation',
      operation: { id: ulid(), ...request, by },
      timeMs: 0,
    });
  }

  async cancel(id: string, by: string): Promise<Result<OperationBody, OperationError<'registry'>>> {
    const detail = `cancelled by ${by}`;
    return this.#decide({ type: 'end-operation', id, state: 'cancelled', by, detail, timeMs: 0 });
  }

  async #decide(
    command: RegistryCommand,
  ): Promise<Result<OperationBody, OperationError<'registry'>>> {
    const outcome = await this.#ports.router.request({ type: 'registry', command });
    if (outcome.status !== 'ok') return resultOf('registry', outcome);
    if (outcome.value.type !== 'operation') throw new Error(`registry: ${outcome.value.type}`);
    return { ok: true, value: this.#view(outcome.value.operation, null) };
  }

  #view(operation: OperationRecord, input: PlanInput | null): OperationBody {
    if (operation.state !== 'running') return operationBody(operation, null);
    const { registry, groupCount } = this.#ports;
    const sources = { input: input ?? this.#ports.input(), nodes: registry().nodes, groupCount };
    return operationBody(operation, progressOf(operation, sources));
  }

  plan(request: OperationRequest): OperationPlanBody {
    const { groupCount } = this.#ports;
    const input = this.#ports.input();
    const after = copyOf(this.#ports.registry());
    const operation = { id: 'a-plan', ...request, by: 'a-plan' };
    const reply = applyRegistryCommand(after, { type: 'start-operation', operation, timeMs: 0 });
    const refusal = reply.type === 'refused' ? reply.detail : null;
    const nodes = [...after.nodes.values()].filter(({ state }) => state === 'active');
    const placement = placementOf({ nodes, groups: groupCount, replicas: input.replicas });
    const names = new Map(input.nodes.map(({ number, nodeId }) => [number, nodeId]));
    const named = (numbers: readonly number[]): string[] =>
      numbers.flatMap((number) => names.get(number) ?? []);
    const alive = new Set(input.nodes.flatMap(({ number, isAlive }) => (isAlive ? [number] : [])));
    const moves: OperationPlanBody['moves'][number][] = [];
    let leadersToMove = 0;
    let copiesMin = Number.POSITIVE_INFINITY;
    let fragile = 0;
    for (const { group, voters, leader } of input.groups) {
      const placed = placement.replicasOf(group);
      const kept = voters.filter((node) => !placed.includes(node) && !alive.has(node));
      // As the planner does it: a lost copy that no node can take is not given up.
      const isWithout =
        group === SYSTEM_GROUP || request.kind === 'remove' || request.kind === 'drain';
      const missing = isWithout ? 0 : Math.max(0, input.replicas - placed.length);
      const then = [...placed, ...kept.slice(0, missing)];
      const to = then.filter((node) => !voters.includes(node));
      const from = voters.filter((node) => !then.includes(node));
      if (leader !== 0 && to.length + from.length > 0)
        moves.push({ group, from: named(from), to: named(to) });
      if (leader !== 0 && !then.includes(leader)) leadersToMove += 1;
      copiesMin = Math.min(copiesMin, then.length);
      const living = then.filter((node) => alive.has(node)).length;
      if ((living - 1) * 2 <= then.length) fragile += 1;
    }
    const leaderMoves = request.kind === 'rebalance' ? leaderMovesOf(input) : [];
    const warnings: string[] = [];
    if (fragile > 0)
      warnings.push(`${fragile} groups would lose their quorum if one more node were lost`);
    if (copiesMin < input.replicas)
      warnings.push(`groups would have ${copiesMin} copies instead of ${input.replicas}`);
    for (const { nodeId, isAlive, state } of input.nodes)
      if (!isAlive && state !== 'gone') warnings.push(`${nodeId} can't be reached at the moment`);
    return {
      refusal,
      moves,
      leaders_to_move: leadersToMove + leaderMoves.length,
      leader_moves: leaderMoves,
      after: {
        active_nodes: nodes.length,
        copies_min: copiesMin,
        can_lose_a_node: fragile === 0,
      },
      warnings,
    };
  }
}

/** As an operation `rebalance` reckons what is left to do. */
function leaderMovesOf({ groups, nodes, placement }: PlanInput): OperationPlanBody['leader_moves'] {
  const names = new Map(nodes.map(({ number, nodeId }) => [number, nodeId]));
  return groups.flatMap(({ group, leader, voters }) => {
    const preferred = placement.preferredLeader(group);
    const from = names.get(leader);
    const to = names.get(preferred);
    const isThere = leader === preferred || !voters.includes(preferred);
    return isThere || from === undefined || to === undefined ? [] : [{ group, from, to }];
  });
}

function operationBody(
  operation: OperationRecord,
  progress: OperationProgress | null,
): OperationBody {
  const { id, kind, nodeId, group, by, state, startedAtMs, endedAtMs, detail } = operation;
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
    progress: progress === null ? null : progressBody(progress),
  };
}

/** Field by field: what the planner knows besides is not for readers. */
function progressBody({ done, total, stuck }: OperationProgress): OperationBody['progress'] {
  return { done, total, stuck: stuck.map(({ group, reason }) => ({ group, reason })) };
}

function auditEntryBody(entry: AuditEntry): AuditEntryBody {
  const { atMs, by, action, operationId, kind, nodeId, group, detail } = entry;
  return {
    at: isoTime(atMs),
    by,
    action,
    operation_id: operationId,
    kind,
    node_id: nodeId,
    group,
    entry_index: null,
    detail,
  };
}

function reviveBody({ atMs, by, group, index, term, digest }: SkippedEntry): AuditEntryBody {
  return {
    at: isoTime(atMs),
    by,
    action: 'done',
    operation_id: null,
    kind: 'revive',
    node_id: null,
    group,
    entry_index: index,
    detail: `entry ${index} of term ${term} is skipped, SHA-256 ${digest}`,
  };
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function copyOf({ nodes, operations, audit, nextNumber }: NodeRegistry): NodeRegistry {
  return {
    nodes: new Map(nodes),
    operations: new Map(operations),
    audit: [...audit],
    nextNumber,
  };
}
