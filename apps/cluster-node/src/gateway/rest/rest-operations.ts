import type { RestBodyOf } from '@fleetlm/protocol';
import type { OperationRequest, Runtime } from '../../runtime/runtime-api.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Identity } from '../access/identity.ts';
import { stalledReplicaBody } from '../cluster-wire.ts';
import type { Handlers } from './rest-call.ts';

const ACCEPTED = { accepted: true } as const;

/** Health for load balancers, and metrics where they have no port of their own. */
export function healthHandlers(
  runtime: Pick<Runtime, 'readiness'>,
  metrics: Metrics,
  { hasOpsPort }: { readonly hasOpsPort: boolean },
) {
  return {
    getLiveness: () => ({ live: true }),

    getReadiness: () => {
      const { ready, reasons, degraded } = runtime.readiness();
      const body = { ready, reasons: [...reasons], degraded: [...degraded] };
      return { status: ready ? 200 : 503, body };
    },

    getPrometheusMetrics: ({ reply, refuse }) => {
      if (hasOpsPort)
        throw refuse({ code: 'not_found', detail: 'metrics are on the operations port' });
      reply.type(metrics.contentType);
      return metrics.text();
    },
  } satisfies Partial<Handlers>;
}

/** The cluster as operators see it, and what they do to it. */
export function adminHandlers({ admin }: Pick<Runtime, 'admin'>) {
  return {
    getCluster: () => admin.cluster(),

    getGroup: async ({ params, refuse }) => {
      const { groups } = admin.cluster();
      const group = groups.find((known) => known.group === params.id);
      if (group === undefined)
        throw refuse({ code: 'not_found', detail: `there is no group ${params.id}` });
      const stalled = await admin.stalls(params.id);
      return { group, stalled: stalled.map(stalledReplicaBody) };
    },

    reviveGroup: async ({ identity, params, body, value }) => {
      value(await admin.revive(params.id, body, nameOf(identity)));
      return ACCEPTED;
    },

    drainNode: async ({ identity, params, value }) => {
      const drain = { kind: 'drain', nodeId: params.id, group: null } as const;
      value(await admin.operations.start(drain, nameOf(identity)));
      return ACCEPTED;
    },

    transferGroup: async ({ params, body, value }) => {
      value(await admin.transferGroup(params.id, body.to));
      return ACCEPTED;
    },

    snapshotGroup: async ({ params, value }) => {
      value(await admin.snapshotGroup(params.id));
      return ACCEPTED;
    },

    flush: async ({ value }) => ({ accepted: true, rows: value(await admin.flush()).rows }),
  } satisfies Partial<Handlers>;
}

/** Changes of the cluster while it runs: seen before they begin, followed, cancelled, and kept on record. */
export function operationHandlers({ admin: { operations } }: Pick<Runtime, 'admin'>) {
  return {
    listOperations: () => ({
      coordinator: operations.coordinator(),
      operations: operations.list(),
    }),

    planOperation: ({ body }) => ({ plan: operations.plan(requestOf(body)) }),

    startOperation: async ({ identity, body, value }) => {
      const started = value(await operations.start(requestOf(body), nameOf(identity)));
      return { operation: started };
    },

    getOperation: ({ params, refuse }) => {
      const operation = operations.get(params.id);
      if (operation === null)
        throw refuse({ code: 'not_found', detail: `there is no operation ${params.id}` });
      return { operation };
    },

    cancelOperation: async ({ identity, params, value }) => {
      const cancelled = value(await operations.cancel(params.id, nameOf(identity)));
      return { operation: cancelled };
    },

    listAudit: () => ({ entries: operations.audit() }),
  } satisfies Partial<Handlers>;
}

/** As it stands in the record. */
function nameOf(identity: Identity): string {
  return identity.type === 'api-key' ? 'api-key' : identity.userId;
}

function requestOf({ kind, node_id, group }: RestBodyOf<'startOperation'>): OperationRequest {
  return { kind, nodeId: node_id ?? null, group: group ?? null };
}
