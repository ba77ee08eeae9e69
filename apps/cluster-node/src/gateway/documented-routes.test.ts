import { REST_ROUTES } from '@fleetlm/protocol/reference';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import type { Runtime } from '../runtime/runtime-api.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { addRoutes } from './open-gateway.ts';
import { testAdmission } from './testing/test-gateway.ts';

/** Routes are only added here, never called. */
const NO_RUNTIME = { admin: {} } as unknown as Runtime;

test('every call that the gateway answers is in the reference, and no other', () => {
  const routes: string[] = [];
  const app = fastify();
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') routes.push(`${one} ${url}`);
  });
  addRoutes(app, { runtime: NO_RUNTIME, metrics: createMetrics() }, testAdmission());
  const documented = REST_ROUTES.map(({ method, path }) => `${method} ${path}`);
  expect(
    routes.toSorted(),
    'describe the call in packages/protocol/src/rest-routes.ts, then `npm run generate`',
  ).toEqual(documented.toSorted());
});
