import {
  type AdminAccepted,
  type GroupAnswer,
  groupParamSchema,
  parse,
  type Readiness,
  reviveGroupSchema,
  transferGroupSchema,
} from '@fleetlm/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Runtime } from '../runtime/runtime-api.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { requireOperator } from './access.ts';
import { clusterSnapshot, stalledReplicaBody } from './cluster-wire.ts';
import { parsedOf, RequestError, valueOrThrow } from './request-error.ts';
import { identityOf } from './rest-app.ts';
import { nameOf } from './rest-cluster-operations.ts';

type ById = FastifyRequest<{ Params: { id: string } }>;

const ACCEPTED: AdminAccepted = { accepted: true };

/** Health and metrics for machines, without a token. */
export function addHealthRoutes(
  app: FastifyInstance,
  runtime: Pick<Runtime, 'readiness'>,
  metrics: Metrics,
): void {
  app.get('/health/live', async () => ({ live: true }));
  app.get('/health/ready', async (_request, reply) => {
    const { ready, reasons, degraded } = runtime.readiness();
    const answer: Readiness = { ready, reasons: [...reasons], degraded: [...degraded] };
    return reply.status(ready ? 200 : 503).send(answer);
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
}

/** What operators look at and do. */
export function addAdminRoutes(app: FastifyInstance, runtime: Runtime): void {
  const { admin } = runtime;

  app.get('/api/admin/cluster', async (request) => {
    requireOperator(identityOf(request));
    return clusterSnapshot(admin.cluster());
  });

  app.get('/api/admin/groups/:id', async (request: ById) => {
    requireOperator(identityOf(request));
    const number = groupOf(request);
    const group = clusterSnapshot(admin.cluster()).groups.find((known) => known.group === number);
    if (group === undefined) throw new RequestError('not_found', `there is no group ${number}`);
    const stalled = await admin.stalls(number);
    const answer: GroupAnswer = { group, stalled: stalled.map(stalledReplicaBody) };
    return answer;
  });

  app.post('/api/admin/groups/:id/revive', async (request: ById, reply) => {
    const identity = identityOf(request);
    requireOperator(identity);
    const entry = parsedOf(parse(reviveGroupSchema, request.body));
    valueOrThrow(await admin.revive(groupOf(request), entry, nameOf(identity)));
    return reply.status(202).send(ACCEPTED);
  });

  app.post('/api/admin/nodes/:id/drain', async (request: ById, reply) => {
    const identity = identityOf(request);
    requireOperator(identity);
    const drain = { kind: 'drain', nodeId: request.params.id, group: null } as const;
    valueOrThrow(await admin.operations.start(drain, nameOf(identity)));
    return reply.status(202).send(ACCEPTED);
  });

  app.post('/api/admin/groups/:id/transfer', async (request: ById, reply) => {
    requireOperator(identityOf(request));
    const group = groupOf(request);
    const { to } = parsedOf(parse(transferGroupSchema, request.body));
    valueOrThrow(await admin.transferGroup(group, to));
    return reply.status(202).send(ACCEPTED);
  });

  app.post('/api/admin/groups/:id/snapshot', async (request: ById, reply) => {
    requireOperator(identityOf(request));
    valueOrThrow(await admin.snapshotGroup(groupOf(request)));
    return reply.status(202).send(ACCEPTED);
  });

  app.post('/api/admin/flush', async (request, reply) => {
    requireOperator(identityOf(request));
    const { rows } = valueOrThrow(await admin.flush());
    const answer: AdminAccepted = { accepted: true, rows };
    return reply.status(202).send(answer);
  });
}

function groupOf(request: ById): number {
  return parsedOf(parse(groupParamSchema, request.params.id));
}
