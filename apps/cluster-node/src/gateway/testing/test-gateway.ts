import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SignJWT } from 'jose';
import { readEnvironment } from '../../config/environment.ts';
import type { Runtime } from '../../runtime/runtime-api.ts';
import { Faults } from '../../telemetry/faults.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createMetrics, type Metrics } from '../../telemetry/metrics.ts';
import type { TokenSettings } from '../access/identity.ts';
import { type QuotaSettings, Quotas } from '../access/quotas.ts';
import type { EdgeAdmission } from '../access/request-admission.ts';
import { CONNECTION_TIMES, type ConnectionLimits, listenHttp } from '../http-listener.ts';
import { type GatewayOptions, openGateway } from '../open-gateway.ts';

const HOST = '127.0.0.1';
export const TEST_JWT_SECRET = 'a-secret-for-tests-of-the-gateway-alone';
export const TEST_API_KEY = 'an-api-key-for-tests-of-the-gateway-alone';

export interface TestGateway {
  readonly url: string;
  readonly port: number;
  readonly metrics: Metrics;
  /** Of clients, in the order in which they connected. */
  readonly connections: readonly Socket[];
  /** Sends bytes as they are and reads until the server closes. */
  raw(request: string | Buffer): Promise<string>;
  close(): Promise<void>;
}

/** The gateway alone, on a real port, in front of a runtime of which only the given methods may be called. */
export async function openTestGateway(
  runtime: Partial<Runtime> = {},
  environment: Partial<GatewayOptions['environment']> = {},
  connections: Partial<ConnectionLimits> = {},
): Promise<TestGateway> {
  const listener = await listenHttp({
    host: HOST,
    port: 0,
    waitingFor: () => [],
    limits: {
      ...CONNECTION_TIMES,
      addressConnections: TEST_QUOTAS.addressConnections,
      trustedProxies: [],
      refused: () => undefined,
      ...connections,
    },
  });
  const metrics = createMetrics();
  const { log } = createLogger({ level: 'fatal', nodeId: 'test' });
  // As the composition root does: what is contained is counted.
  new Faults({ metrics, log });
  const gateway = await openGateway(listener, {
    runtime: only(runtime),
    environment: {
      ...TEST_TOKENS,
      quotas: TEST_QUOTAS,
      trustedProxies: [],
      ops: null,
      ...environment,
    },
    metrics,
    log,
  });
  const accepted: Socket[] = [];
  listener.server.on('connection', (socket) => accepted.push(socket));
  const address = listener.server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const { port } = address;
  return {
    url: `http://${HOST}:${port}`,
    port,
    metrics,
    connections: accepted,
    raw: (request) => exchange(port, request),
    close: async () => {
      await gateway.close();
      listener.server.closeAllConnections();
    },
  };
}

/** Gateways of one test file; `closeAll` belongs into its `afterEach`. */
export function openGateways(): {
  readonly open: typeof openTestGateway;
  closeAll(): Promise<void>;
} {
  const opened: TestGateway[] = [];
  return {
    open: async (...args) => {
      const gateway = await openTestGateway(...args);
      opened.push(gateway);
      return gateway;
    },
    closeAll: async () => {
      for (const gateway of opened.splice(0)) await gateway.close();
    },
  };
}

/** As they are by default. */
export const TEST_QUOTAS: QuotaSettings = readEnvironment({
  NODE_ID: 'test',
  DATABASE_URL: 'postgresql://127.0.0.1/none',
  AUTH_JWT_SECRET: TEST_JWT_SECRET,
}).quotas;

export function testAdmission(settings: Partial<QuotaSettings> = {}): EdgeAdmission {
  const quotas = new Quotas({
    settings: { ...TEST_QUOTAS, ...settings },
    refused: () => undefined,
    nowMs: () => performance.now(),
  });
  return { quotas, trustedProxies: [] };
}

export const TEST_TOKENS: TokenSettings = {
  jwtSecret: TEST_JWT_SECRET,
  jwksUrl: null,
  apiKey: TEST_API_KEY,
  jwtIssuers: [],
  jwtAudiences: [],
  jwtLeewayS: 5,
  jwtUserClaim: 'sub',
  jwtRoleClaim: 'role',
};

function only(runtime: Partial<Runtime>): Runtime {
  const nothing = { close: () => undefined };
  const admin = { subscribeEvents: () => nothing };
  // A method that the test did not give is `undefined`, so calling it fails the request.
  return { admin, ...runtime } as unknown as Runtime;
}

function exchange(port: number, request: string | Buffer): Promise<string> {
  const socket = connect({ port, host: HOST });
  socket.write(request);
  return text(socket);
}

export function testToken(
  claims: Readonly<Record<string, unknown>> = {},
  { sub = 'alice', secret = TEST_JWT_SECRET, expiresIn = '1h' } = {},
): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setExpirationTime(expiresIn)
    .sign(new TextEncoder().encode(secret));
}
