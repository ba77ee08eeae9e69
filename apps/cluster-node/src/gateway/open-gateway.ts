import type { FastifyInstance } from 'fastify';
import type { Environment } from '../config/environment.ts';
import type { Runtime } from '../runtime/runtime-api.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { AnswerStreams } from './answer-streams.ts';
import { containListeners } from './contain-listeners.ts';
import type { HttpListener } from './http-listener.ts';
import { IdentityVerifier, type TokenSettings } from './identity.ts';
import { Quotas } from './quotas.ts';
import type { EdgeAdmission } from './request-admission.ts';
import { addAgentStatsRoute } from './rest-agent-stats.ts';
import { addAgentTestRoutes } from './rest-agent-tests.ts';
import { addAgentRoutes } from './rest-agents.ts';
import { createRestApp } from './rest-app.ts';
import { addChatRoutes } from './rest-chat.ts';
import { addOperationRoutes } from './rest-cluster-operations.ts';
import { addDeadLetterRoutes } from './rest-dead-letters.ts';
import { addDeliveryRoutes } from './rest-deliveries.ts';
import { addMetricsRoutes } from './rest-metrics.ts';
import { addAdminRoutes, addHealthRoutes } from './rest-operations.ts';
import { addSessionRoutes } from './rest-sessions.ts';
import { addStreamRoute } from './rest-stream.ts';
import { openSocketServer } from './socket-server.ts';

export interface GatewayOptions {
  readonly runtime: Runtime;
  readonly environment: TokenSettings & Pick<Environment, 'quotas' | 'trustedProxies'>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

export interface OpenGateway {
  close(): Promise<void>;
}

/** Every call that a node answers; each has a line in the protocol's REST_ROUTES. */
export function addRoutes(
  app: FastifyInstance,
  { runtime, metrics }: Pick<GatewayOptions, 'runtime' | 'metrics'>,
  admission: EdgeAdmission,
): void {
  addHealthRoutes(app, runtime, metrics);
  addSessionRoutes(app, runtime, admission.quotas);
  const streams = new AnswerStreams(runtime, admission);
  app.addHook('preClose', async () => streams.endAll());
  addStreamRoute(app, runtime, streams);
  addChatRoutes(app, runtime, streams, admission.quotas);
  addAgentRoutes(app, runtime);
  addAgentStatsRoute(app, runtime);
  addAgentTestRoutes(app, runtime);
  addDeliveryRoutes(app, runtime);
  addDeadLetterRoutes(app, runtime);
  addAdminRoutes(app, runtime);
  addOperationRoutes(app, runtime);
  addMetricsRoutes(app, runtime);
}

/** REST and Socket.IO on a port that is open already; from now on it serves. */
export async function openGateway(
  listener: HttpListener,
  { runtime, environment, metrics, log }: GatewayOptions,
): Promise<OpenGateway> {
  const identities = new IdentityVerifier({ ...environment, wallClockMs: Date.now });
  const admission = {
    trustedProxies: environment.trustedProxies,
    quotas: new Quotas({
      settings: environment.quotas,
      refused: (scope, resource) => metrics.quotaRefusals.inc({ scope, resource }),
      nowMs: () => performance.now(),
    }),
  };
  const ports = { runtime, identities, admission, metrics, log };
  const { app, serve } = createRestApp(listener, ports);
  addRoutes(app, ports, admission);
  await app.ready();
  const sockets = openSocketServer(listener.server, ports);
  metrics.observe('fleetlm_sockets_connected', 'Connected sockets', () => sockets.connected);
  containListeners(listener.server);
  serve();
  return {
    close: async () => {
      await sockets.close();
      await app.close();
    },
  };
}
