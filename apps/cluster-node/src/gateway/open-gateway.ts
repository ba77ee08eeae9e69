import type { FastifyInstance } from 'fastify';
import type { Environment } from '../config/environment.ts';
import type { Runtime } from '../runtime/runtime-api.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { IdentityVerifier, type TokenSettings } from './access/identity.ts';
import { Quotas } from './access/quotas.ts';
import type { EdgeAdmission } from './access/request-admission.ts';
import { AnswerStreams } from './answer-streams.ts';
import { containListeners } from './contain-listeners.ts';
import { blobHandlers } from './files/rest-blobs.ts';
import type { HttpListener } from './http-listener.ts';
import { mcpHandlers } from './mcp/mcp-handlers.ts';
import { outwardHandlers } from './outward/outward-handlers.ts';
import { contextHandlers } from './rest/records/rest-context.ts';
import { feedbackHandlers } from './rest/records/rest-feedback.ts';
import { privacyHandlers } from './rest/records/rest-privacy.ts';
import { usageHandlers } from './rest/records/rest-usage.ts';
import { agentStatsHandlers } from './rest/rest-agent-stats.ts';
import { agentTestHandlers } from './rest/rest-agent-tests.ts';
import { agentHandlers } from './rest/rest-agents.ts';
import { createRestApp } from './rest/rest-app.ts';
import { chatHandlers } from './rest/rest-chat.ts';
import { deliveryHandlers } from './rest/rest-deliveries.ts';
import { eventHandlers } from './rest/rest-events.ts';
import { metricsHandlers } from './rest/rest-metrics.ts';
import { adminHandlers, healthHandlers, operationHandlers } from './rest/rest-operations.ts';
import { serveRoutes } from './rest/rest-routes.ts';
import { sessionHandlers } from './rest/rest-sessions.ts';
import { openSocketServer } from './socket/socket-server.ts';
import { EventFeeds } from './streams/event-feeds.ts';
import { StreamSlots } from './streams/stream-slots.ts';

export interface GatewayOptions {
  readonly runtime: Runtime;
  readonly environment: TokenSettings & Pick<Environment, 'quotas' | 'trustedProxies' | 'ops'>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

export interface OpenGateway {
  close(): Promise<void>;
}

function addRoutes(
  app: FastifyInstance,
  { runtime, metrics, environment }: Pick<GatewayOptions, 'runtime' | 'metrics' | 'environment'>,
  admission: EdgeAdmission,
): void {
  const slots = new StreamSlots(admission);
  const streams = new AnswerStreams(runtime, slots);
  const feeds = new EventFeeds(runtime, slots);
  app.addHook('preClose', async () => {
    streams.endAll();
    feeds.endAll();
  });
  serveRoutes(app, runtime, {
    ...healthHandlers(runtime, metrics, { hasOpsPort: environment.ops !== null }),
    ...sessionHandlers(runtime, admission.quotas, Date.now),
    ...blobHandlers(runtime),
    ...chatHandlers(runtime, streams, admission.quotas),
    ...feeds.handlers,
    ...mcpHandlers(runtime),
    ...outwardHandlers({ runtime, streams }, admission.quotas, Date.now),
    ...agentHandlers(runtime),
    ...agentStatsHandlers(runtime),
    ...agentTestHandlers(runtime),
    ...contextHandlers(runtime),
    ...privacyHandlers(runtime, Date.now),
    ...feedbackHandlers(runtime, Date.now),
    ...usageHandlers(runtime, Date.now),
    ...deliveryHandlers(runtime),
    ...eventHandlers(runtime),
    ...adminHandlers(runtime),
    ...operationHandlers(runtime),
    ...metricsHandlers(runtime),
  });
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
  addRoutes(app, { ...ports, environment }, admission);
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
