import {
  type AuditAnswer,
  type OperationAnswer,
  type OperationPlanAnswer,
  type OperationsAnswer,
  operationRequestSchema,
  parse,
} from '@fleetlm/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OperationRequest, Runtime } from '../runtime/runtime-api.ts';
import { requireOperator } from './access.ts';
import type { Identity } from './identity.ts';
import { auditEntryBody, operationBody, operationPlanBody } from './operation-wire.ts';
import { parsedOf, RequestError, valueOrThrow } from './request-error.ts';
import { identityOf } from './rest-app.ts';

type ById = FastifyRequest<{ Params: { id: string } }>;

/** Changes of the cluster while it runs: seen before they begin, followed, cancelled, and kept on record. */
export function addOperationRoutes(app: FastifyInstance, { admin }: Pick<Runtime, 'admin'>): void {
  app.get('/api/admin/operations', async (request) => {
    requireOperator(identityOf(request));
    const { operations } = admin;
    const answer: OperationsAnswer = {
      coordinator: operations.coordinator(),
      operations: operations.list().map(operationBody),
    };
    return answer;
  });

  app.post('/api/admin/operations/plan', async (request) => {
    requireOperator(identityOf(request));
    const plan = admin.operations.plan(requestOf(request.body));
    const answer: OperationPlanAnswer = { plan: operationPlanBody(plan) };
    return answer;
  });

  app.post('/api/admin/operations', async (request, reply) => {
    const identity = identityOf(request);
    requireOperator(identity);
    const started = await admin.operations.start(requestOf(request.body), nameOf(identity));
    const answer: OperationAnswer = { operation: operationBody(valueOrThrow(started)) };
    return reply.status(202).send(answer);
  });

  app.get('/api/admin/operations/:id', async (request: ById) => {
    requireOperator(identityOf(request));
    const { id } = request.params;
    const operation = admin.operations.get(id);
    if (operation === null) throw new RequestError('not_found', `there is no operation ${id}`);
    const answer: OperationAnswer = { operation: operationBody(operation) };
    return answer;
  });

  app.post('/api/admin/operations/:id/cancel', async (request: ById) => {
    const identity = identityOf(request);
    requireOperator(identity);
    const cancelled = await admin.operations.cancel(request.params.id, nameOf(identity));
    const answer: OperationAnswer = { operation: operationBody(valueOrThrow(cancelled)) };
    return answer;
  });

  app.get('/api/admin/audit', async (request) => {
    requireOperator(identityOf(request));
    const answer: AuditAnswer = { entries: admin.operations.audit().map(auditEntryBody) };
    return answer;
  });
}

/** As it stands in the record. */
export function nameOf(identity: Identity): string {
  return identity.type === 'api-key' ? 'api-key' : identity.userId;
}

function requestOf(body: unknown): OperationRequest {
  const { kind, node_id, group } = parsedOf(parse(operationRequestSchema, body));
  return { kind, nodeId: node_id ?? null, group: group ?? null };
}
