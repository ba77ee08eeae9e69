import {
  type AuditEntry,
  type ClusterOperation,
  type OperationPlan,
  readAudit,
  readOperation,
  readPlan,
} from '@fleetlm/client/admin';
import * as z from 'zod/mini';
import { request } from '@/common/request.ts';
import { readBy } from '../read-by.ts';
import type { OperationTarget } from './operation-words.ts';

const planSchema = readBy(readPlan);
const operationSchema = z.object({ operation: readBy(readOperation) });
const auditSchema = readBy(readAudit);

const OPERATIONS = '/api/admin/operations';

function pathOf(id: string): string {
  return `${OPERATIONS}/${encodeURIComponent(id)}`;
}

export function planOperation(target: OperationTarget): Promise<OperationPlan> {
  return request(`${OPERATIONS}/plan`, planSchema, { method: 'POST', body: target });
}

export async function startOperation(target: OperationTarget): Promise<ClusterOperation> {
  const asked = { method: 'POST', body: target } as const;
  return (await request(OPERATIONS, operationSchema, asked)).operation;
}

export async function cancelOperation(id: string): Promise<ClusterOperation> {
  const asked = { method: 'POST', body: {} } as const;
  return (await request(`${pathOf(id)}/cancel`, operationSchema, asked)).operation;
}

export async function fetchOperation(id: string): Promise<ClusterOperation> {
  return (await request(pathOf(id), operationSchema)).operation;
}

/** Newest first. */
export function fetchAudit(): Promise<readonly AuditEntry[]> {
  return request('/api/admin/audit', auditSchema);
}
