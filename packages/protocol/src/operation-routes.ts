import * as z from 'zod';
import { adminAcceptedSchema, groupNumberSchema, reviveGroupSchema } from './admin.ts';
import {
  auditAnswerSchema,
  operationAnswerSchema,
  operationPlanAnswerSchema,
  operationRequestSchema,
  operationsAnswerSchema,
} from './operations.ts';
import type { RestRoute } from './rest-routes.ts';

const QUORUM = ['forbidden', 'no_quorum', 'timeout', 'overloaded'] as const;
const operationId = z.string();

/** Changes of the cluster while it runs. */
export const OPERATION_ROUTES: readonly RestRoute[] = [
  {
    method: 'GET',
    path: '/api/admin/operations',
    topic: 'Operators',
    summary: 'What is being done to the cluster, and what was done; newest first.',
    access: 'operator',
    answers: [{ status: 200, description: 'the operations', body: operationsAnswerSchema }],
    errors: ['forbidden'],
  },
  {
    method: 'POST',
    path: '/api/admin/operations/plan',
    topic: 'Operators',
    summary:
      'What an operation would move, and whether a node may be lost afterwards. Changes nothing.',
    access: 'operator',
    body: operationRequestSchema,
    answers: [{ status: 200, description: 'the plan', body: operationPlanAnswerSchema }],
    errors: ['invalid_request', 'forbidden'],
  },
  {
    method: 'POST',
    path: '/api/admin/operations',
    topic: 'Operators',
    summary:
      'Begins an operation. What takes a node away is begun one at a time: another one is a `conflict`.',
    access: 'operator',
    body: operationRequestSchema,
    answers: [{ status: 202, description: 'begun', body: operationAnswerSchema }],
    errors: ['invalid_request', 'not_found', 'conflict', ...QUORUM],
  },
  {
    method: 'GET',
    path: '/api/admin/operations/:id',
    topic: 'Operators',
    summary: 'One operation: how far it is, and what it waits for.',
    access: 'operator',
    id: operationId,
    answers: [{ status: 200, description: 'the operation', body: operationAnswerSchema }],
    errors: ['forbidden', 'not_found'],
  },
  {
    method: 'POST',
    path: '/api/admin/operations/:id/cancel',
    topic: 'Operators',
    summary:
      'Ends an operation before it is done. What has moved stays where it is, until it is moved back. One that has ended already is a `conflict`.',
    access: 'operator',
    id: operationId,
    answers: [{ status: 200, description: 'cancelled', body: operationAnswerSchema }],
    errors: ['not_found', 'conflict', ...QUORUM],
  },
  {
    method: 'POST',
    path: '/api/admin/groups/:id/revive',
    topic: 'Operators',
    summary:
      'Has every replica of a group skip the entry that all of them are stalled at. What the entry would have done is lost.',
    access: 'operator',
    id: groupNumberSchema,
    body: reviveGroupSchema,
    answers: [{ status: 202, description: 'decided', body: adminAcceptedSchema }],
    errors: ['invalid_request', 'not_found', 'conflict', ...QUORUM],
  },
  {
    method: 'GET',
    path: '/api/admin/audit',
    topic: 'Operators',
    summary: 'Who began and ended which operation; newest first.',
    access: 'operator',
    answers: [{ status: 200, description: 'the entries', body: auditAnswerSchema }],
    errors: ['forbidden'],
  },
];
