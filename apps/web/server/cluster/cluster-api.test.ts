import { expect, test, vi } from 'vitest';
import * as z from 'zod';
import { clusterRequest } from './cluster-api.ts';

vi.mock('../env.ts', () => ({
  serverEnv: () => ({
    NODE_URLS: ['https://api.for-browsers.test'],
    NODE_URLS_INTERNAL: ['http://n1.internal.test:4001'],
    API_KEY: 'key',
  }),
}));

test('the web server asks the nodes where it reaches them, not where browsers do', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    return Response.json({});
  });
  await clusterRequest({ path: '/api/agents', as: { apiKey: true } }, z.looseObject({}));
  expect(asked).toEqual(['http://n1.internal.test:4001/api/agents']);
});
