import type { MemberNode } from './cluster-descriptor.ts';
import type { FailureDomains } from './failure-domains.ts';
import type {
  AuditEntry,
  NodeRecord,
  NodeState,
  OperationKind,
  OperationRecord,
  OperationState,
  OperationTarget,
} from './node-records.ts';
import { conflicting, stateAfter, stateFor, stateRefusal } from './operation-rules.ts';

export * from './node-records.ts';

/**
 * Who is in the cluster, and what operators have asked for: replicated in the system group. Pure; times and ids
 * come with the commands, so that every node comes to the same, and a new coordinator goes on where the last one
 * died.
 */

export interface NodeRegistry {
  readonly nodes: Map<number, NodeRecord>;
  readonly operations: Map<string, OperationRecord>;
  /** Oldest first. */
  readonly audit: AuditEntry[];
  nextNumber: number;
}

/** Ended operations beyond these are forgotten, the oldest first. */
const OPERATIONS_MAX = 200;
const AUDIT_MAX = 1_000;

export type RegistryCommand =
  /** A node asks to be admitted, announces where it is now, or comes back with an empty directory. */
  | (FailureDomains & {
      readonly type: 'join-node';
      readonly nodeId: string;
      readonly incarnation: string;
      readonly host: string;
      readonly port: number;
      readonly operationId: string;
      readonly timeMs: number;
    })
  /** Only from `from`: what the coordinator saw may be of the past. */
  | {
      readonly type: 'set-node-state';
      readonly number: number;
      readonly from: NodeState;
      readonly to: NodeState;
      readonly timeMs: number;
    }
  | {
      readonly type: 'start-operation';
      readonly operation: OperationTarget;
      readonly timeMs: number;
    }
  | {
      readonly type: 'end-operation';
      readonly id: string;
      readonly state: Exclude<OperationState, 'running'>;
      readonly by: string;
      readonly detail: string;
      readonly timeMs: number;
    };

export type RegistryRefusal =
  | 'node-gone'
  | 'node-not-found'
  | 'node-state'
  | 'operation-running'
  | 'operation-not-found'
  | 'operation-ended';

export type RegistryReply =
  | { readonly type: 'node'; readonly node: NodeRecord }
  | { readonly type: 'operation'; readonly operation: OperationRecord }
  | { readonly type: 'done' }
  | { readonly type: 'refused'; readonly code: RegistryRefusal; readonly detail: string };

export function registryOf(founders: readonly MemberNode[]): NodeRegistry {
  return {
    nodes: new Map(
      founders.map((node) => [node.number, { ...node, state: 'active', sinceMs: 0 } as const]),
    ),
    operations: new Map(),
    audit: [],
    nextNumber: Math.max(0, ...founders.map(({ number }) => number)) + 1,
  };
}

export function applyRegistryCommand(
  registry: NodeRegistry,
  command: RegistryCommand,
): RegistryReply {
  switch (command.type) {
    case 'join-node':
      return joinNode(registry, command);
    case 'set-node-state':
      return setNodeState(registry, command);
    case 'start-operation':
      return startOperation(registry, command.operation, command.timeMs);
    case 'end-operation':
      return endOperation(registry, command);
    default:
      return command satisfies never;
  }
}

/** The member of this name; a name that came back has one that is not gone at most. */
export function nodeNamed(registry: NodeRegistry, nodeId: string): NodeRecord | null {
  for (const node of registry.nodes.values())
    if (node.nodeId === nodeId && node.state !== 'gone') return node;
  return null;
}

function joinNode(
  registry: NodeRegistry,
  command: Extract<RegistryCommand, { type: 'join-node' }>,
): RegistryReply {
  const { nodeId, incarnation, host, port, zone, hostId, operationId, timeMs } = command;
  for (const node of registry.nodes.values()) {
    if (node.incarnation !== incarnation || node.nodeId !== nodeId) continue;
    if (node.state === 'gone')
      return refused('node-gone', `${nodeId} was removed, with the data directory that it has now`);
    const moved = { ...node, host, port, zone, hostId };
    registry.nodes.set(node.number, moved);
    return { type: 'node', node: moved };
  }
  const before = nodeNamed(registry, nodeId);
  // What it acknowledged is gone with its directory: its number must never vote or be counted again.
  if (before !== null)
    registry.nodes.set(before.number, { ...before, state: 'gone', sinceMs: timeMs });
  for (const operation of [...registry.operations.values()])
    if (operation.state === 'running' && operation.number === before?.number && before !== null)
      end(
        registry,
        operation,
        'failed',
        'cluster',
        'the node came back with an empty directory',
        timeMs,
      );
  const node: NodeRecord = {
    number: registry.nextNumber,
    nodeId,
    incarnation,
    host,
    port,
    zone,
    hostId,
    state: 'joining',
    sinceMs: timeMs,
  };
  registry.nextNumber += 1;
  registry.nodes.set(node.number, node);
  const detail = before === null ? 'a new node' : `came back empty, was number ${before.number}`;
  begin(
    registry,
    { id: operationId, kind: 'join', nodeId, group: null, by: nodeId },
    node.number,
    detail,
    timeMs,
  );
  return { type: 'node', node };
}

function setNodeState(
  registry: NodeRegistry,
  { number, from, to, timeMs }: Extract<RegistryCommand, { type: 'set-node-state' }>,
): RegistryReply {
  const node = registry.nodes.get(number);
  if (node === undefined) return refused('node-not-found', `there is no node number ${number}`);
  if (node.state !== from)
    return refused('node-state', `${node.nodeId} is ${node.state}, not ${from}`);
  const changed = { ...node, state: to, sinceMs: timeMs };
  registry.nodes.set(number, changed);
  return { type: 'node', node: changed };
}

function startOperation(
  registry: NodeRegistry,
  target: OperationTarget,
  timeMs: number,
): RegistryReply {
  const known = registry.operations.get(target.id);
  // The same id again is a retry of a command whose outcome was not known.
  if (known !== undefined) return { type: 'operation', operation: known };
  const node = target.nodeId === null ? null : nodeNamed(registry, target.nodeId);
  if (target.nodeId !== null && node === null)
    return refused('node-not-found', `there is no node "${target.nodeId}"`);
  const refusal = node === null ? null : stateRefusal(target.kind, node);
  if (refusal !== null) return refused('node-state', refusal);
  const other = conflicting(registry.operations.values(), target);
  if (other !== null)
    return refused(
      'operation-running',
      `${other.kind} of ${other.nodeId ?? 'the cluster'} is running (${other.id}): wait for it, or cancel it`,
    );
  if (node !== null) enter(registry, target.kind, node, timeMs);
  return {
    type: 'operation',
    operation: begin(registry, target, node?.number ?? null, '', timeMs),
  };
}

function enter(
  registry: NodeRegistry,
  kind: OperationKind,
  node: NodeRecord,
  timeMs: number,
): void {
  const to = stateFor(kind);
  if (to !== null && to !== node.state)
    registry.nodes.set(node.number, { ...node, state: to, sinceMs: timeMs });
}

function endOperation(
  registry: NodeRegistry,
  command: Extract<RegistryCommand, { type: 'end-operation' }>,
): RegistryReply {
  const operation = registry.operations.get(command.id);
  if (operation === undefined)
    return refused('operation-not-found', `there is no operation ${command.id}`);
  if (operation.state === command.state) return { type: 'operation', operation };
  if (operation.state !== 'running')
    return refused(
      'operation-ended',
      `the operation is already ${operation.state}: there is nothing to cancel`,
    );
  const { state, by, detail, timeMs } = command;
  leave(registry, operation, state, timeMs);
  return {
    type: 'operation',
    operation: end(registry, operation, state, by, detail, timeMs),
  };
}

/** A removal that is done retires the number; one that is cancelled gives the node back. */
function leave(
  registry: NodeRegistry,
  { kind, number }: OperationRecord,
  state: OperationState,
  timeMs: number,
): void {
  const node = number === null ? undefined : registry.nodes.get(number);
  if (node === undefined || node.state === 'gone') return;
  const to = stateAfter(kind, state);
  if (to !== null) registry.nodes.set(node.number, { ...node, state: to, sinceMs: timeMs });
}

function begin(
  registry: NodeRegistry,
  target: OperationTarget,
  number: number | null,
  detail: string,
  timeMs: number,
): OperationRecord {
  const operation: OperationRecord = {
    ...target,
    number,
    state: 'running',
    startedAtMs: timeMs,
    endedAtMs: null,
    detail,
  };
  registry.operations.set(operation.id, operation);
  note(registry, operation, 'started', target.by, detail, timeMs);
  forgetOldest(registry);
  return operation;
}

function end(
  registry: NodeRegistry,
  operation: OperationRecord,
  state: Exclude<OperationState, 'running'>,
  by: string,
  detail: string,
  timeMs: number,
): OperationRecord {
  const ended: OperationRecord = { ...operation, state, endedAtMs: timeMs, detail };
  registry.operations.set(operation.id, ended);
  note(registry, ended, state, by, detail, timeMs);
  return ended;
}

function note(
  registry: NodeRegistry,
  { id, kind, nodeId, group }: OperationRecord,
  action: AuditEntry['action'],
  by: string,
  detail: string,
  atMs: number,
): void {
  registry.audit.push({ atMs, by, action, operationId: id, kind, nodeId, group, detail });
  if (registry.audit.length > AUDIT_MAX)
    registry.audit.splice(0, registry.audit.length - AUDIT_MAX);
}

function forgetOldest(registry: NodeRegistry): void {
  for (const [id, { state }] of registry.operations) {
    if (registry.operations.size <= OPERATIONS_MAX) return;
    if (state !== 'running') registry.operations.delete(id);
  }
}

function refused(code: RegistryRefusal, detail: string): RegistryReply {
  return { type: 'refused', code, detail };
}
