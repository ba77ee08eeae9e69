import {
  type AuditEntry,
  type ClusterOperation,
  type OperationPlan,
  readAudit,
  readOperation,
  readPlan,
} from '@fleetlm/client/admin';
import { callOperator } from '../operator-calls.ts';
import type { OperationTarget } from './operation-words.ts';

/** What the browser asks of this app's own server to change the cluster. Each rejects with a sentence for people. */

export async function planOperation(target: OperationTarget): Promise<OperationPlan> {
  return understood(readPlan(await callOperator('/api/admin/operations/plan', post(target))));
}

export async function startOperation(target: OperationTarget): Promise<ClusterOperation> {
  return operationOf(await callOperator('/api/admin/operations', post(target)));
}

export async function cancelOperation(id: string): Promise<ClusterOperation> {
  const path = `/api/admin/operations/${encodeURIComponent(id)}/cancel`;
  return operationOf(await callOperator(path, post({})));
}

export async function fetchOperation(id: string): Promise<ClusterOperation> {
  return operationOf(await callOperator(`/api/admin/operations/${encodeURIComponent(id)}`));
}

/** Newest first. */
export async function fetchAudit(): Promise<readonly AuditEntry[]> {
  return understood(readAudit(await callOperator('/api/admin/audit')));
}

function post(body: OperationTarget | Readonly<Record<never, never>>): RequestInit {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify(body) };
}

function operationOf(body: unknown): ClusterOperation {
  const isAnswer = typeof body === 'object' && body !== null && 'operation' in body;
  return understood(isAnswer ? readOperation(body.operation) : null);
}

function understood<T>(value: T | null): T {
  if (value === null) throw new Error('The cluster’s answer is not understood.');
  return value;
}
