import {
  adminAcceptedSchema,
  clusterSnapshotSchema,
  groupAnswerSchema,
  reviveGroupSchema,
  transferGroupSchema,
} from '../admin.ts';
import { eventsAnswerSchema, metricsAnswerSchema, metricsQuerySchema } from '../metrics.ts';
import {
  auditAnswerSchema,
  operationAnswerSchema,
  operationPlanAnswerSchema,
  operationRequestSchema,
  operationsAnswerSchema,
} from '../operations.ts';
import { route, UNAVAILABLE } from './route.ts';
import { acceptedSchema, GROUP, NODE_ID, OPERATION_ID } from './route-parts.ts';

/** The cluster as operators see it, and what they do to it. */
export const OPERATOR_ROUTES = {
  getCluster: route({
    method: 'GET',
    path: '/api/admin/cluster',
    topic: 'Operators',
    summary: 'Nodes and groups, as this node knows them.',
    access: 'operator',
    answers: [{ status: 200, description: 'the cluster', body: clusterSnapshotSchema }],
    errors: [],
  }),
  getGroup: route({
    method: 'GET',
    path: '/api/admin/groups/:id',
    topic: 'Operators',
    summary: 'One group.',
    access: 'operator',
    params: { id: GROUP },
    answers: [{ status: 200, description: 'the group', body: groupAnswerSchema }],
    errors: ['not_found'],
  }),
  drainNode: route({
    method: 'POST',
    path: '/api/admin/nodes/:id/drain',
    topic: 'Operators',
    summary:
      'Begins the operation `drain`: leaders and replicas leave the node, then it may be stopped.',
    access: 'operator',
    params: { id: NODE_ID },
    answers: [{ status: 202, description: 'accepted', body: acceptedSchema }],
    errors: ['conflict', ...UNAVAILABLE],
  }),
  transferGroup: route({
    method: 'POST',
    path: '/api/admin/groups/:id/transfer',
    topic: 'Operators',
    summary: 'Hands the leadership of a group to another of its voters.',
    access: 'operator',
    params: { id: GROUP },
    body: transferGroupSchema,
    answers: [{ status: 202, description: 'accepted', body: acceptedSchema }],
    errors: ['not_found', ...UNAVAILABLE],
  }),
  snapshotGroup: route({
    method: 'POST',
    path: '/api/admin/groups/:id/snapshot',
    topic: 'Operators',
    summary:
      'Has the replica on this node save a snapshot, so that old segments of the log can go.',
    access: 'operator',
    params: { id: GROUP },
    answers: [{ status: 202, description: 'accepted', body: acceptedSchema }],
    errors: ['not_found', ...UNAVAILABLE],
  }),
  flush: route({
    method: 'POST',
    path: '/api/admin/flush',
    topic: 'Operators',
    summary: 'Writes what is not in Postgres yet, now.',
    access: 'operator',
    answers: [{ status: 202, description: 'done', body: adminAcceptedSchema }],
    errors: ['archive_unavailable', ...UNAVAILABLE],
  }),
} as const;

/** Changes of the cluster while it runs. */
export const OPERATION_ROUTES = {
  listOperations: route({
    method: 'GET',
    path: '/api/admin/operations',
    topic: 'Operators',
    summary: 'What is being done to the cluster, and what was done; newest first.',
    access: 'operator',
    answers: [{ status: 200, description: 'the operations', body: operationsAnswerSchema }],
    errors: [],
  }),
  planOperation: route({
    method: 'POST',
    path: '/api/admin/operations/plan',
    topic: 'Operators',
    summary:
      'What an operation would move, and whether a node may be lost afterwards. Changes nothing.',
    access: 'operator',
    body: operationRequestSchema,
    answers: [{ status: 200, description: 'the plan', body: operationPlanAnswerSchema }],
    errors: [],
  }),
  startOperation: route({
    method: 'POST',
    path: '/api/admin/operations',
    topic: 'Operators',
    summary:
      'Begins an operation. What takes a node away is begun one at a time: another one is a `conflict`.',
    access: 'operator',
    body: operationRequestSchema,
    answers: [{ status: 202, description: 'begun', body: operationAnswerSchema }],
    errors: ['not_found', 'conflict', ...UNAVAILABLE],
  }),
  getOperation: route({
    method: 'GET',
    path: '/api/admin/operations/:id',
    topic: 'Operators',
    summary: 'One operation: how far it is, and what it waits for.',
    access: 'operator',
    params: { id: OPERATION_ID },
    answers: [{ status: 200, description: 'the operation', body: operationAnswerSchema }],
    errors: [],
  }),
  cancelOperation: route({
    method: 'POST',
    path: '/api/admin/operations/:id/cancel',
    topic: 'Operators',
    summary:
      'Ends an operation before it is done. What has moved stays where it is, until it is moved back. One that has ended already is a `conflict`.',
    access: 'operator',
    params: { id: OPERATION_ID },
    answers: [{ status: 200, description: 'cancelled', body: operationAnswerSchema }],
    errors: ['conflict', ...UNAVAILABLE],
  }),
  reviveGroup: route({
    method: 'POST',
    path: '/api/admin/groups/:id/revive',
    topic: 'Operators',
    summary:
      'Has every replica of a group skip the entry that all of them are stalled at. What the entry would have done is lost.',
    access: 'operator',
    params: { id: GROUP },
    body: reviveGroupSchema,
    answers: [{ status: 202, description: 'decided', body: adminAcceptedSchema }],
    errors: ['not_found', 'conflict', ...UNAVAILABLE],
  }),
  listAudit: route({
    method: 'GET',
    path: '/api/admin/audit',
    topic: 'Operators',
    summary: 'Who began and ended which operation; newest first.',
    access: 'operator',
    answers: [{ status: 200, description: 'the entries', body: auditAnswerSchema }],
    errors: [],
  }),
} as const;

/** How the nodes have been, and what happened. */
export const METRICS_ROUTES = {
  getMetrics: route({
    method: 'GET',
    path: '/api/admin/metrics',
    topic: 'Operators',
    summary:
      'What every node has kept of itself in its memory, by the second or by the minute, with the state of its flusher and of its calls to agents.',
    access: 'operator',
    query: metricsQuerySchema,
    answers: [{ status: 200, description: 'by node', body: metricsAnswerSchema }],
    errors: [],
  }),
  listEvents: route({
    method: 'GET',
    path: '/api/admin/events',
    topic: 'Operators',
    summary:
      'What happened in the cluster since this node started, as it has received it: the newest 1000.',
    access: 'operator',
    answers: [{ status: 200, description: 'newest first', body: eventsAnswerSchema }],
    errors: [],
  }),
} as const;
