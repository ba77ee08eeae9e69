import { afterEach, expect, test } from 'vitest';
import { takeLongestTurn } from '../../telemetry/component-turns.ts';
import { openTestGateway, type TestGateway, testToken } from '../testing/test-gateway.ts';

/** Of processor time, well above the steps in which a system counts it. */
const BLOCK_MS = 80;

let gateway: TestGateway;
afterEach(() => gateway.close());

function spin(): null {
  for (const endMs = processorMs() + BLOCK_MS; processorMs() < endMs; );
  return null;
}

/** What other processes of a busy machine take does not count. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

test.each(['call', 'answer'])('a long turn of a REST %s is one of `rest`', async (where) => {
  gateway = await openTestGateway({
    listSessions: async () => {
      const next = where === 'call' ? spin() : { toJSON: spin };
      return { ok: true, value: { sessions: [], version: 1, next: next as string | null } };
    },
  });
  const authorization = `Bearer ${await testToken()}`;
  takeLongestTurn();
  const response = await fetch(`${gateway.url}/api/sessions`, { headers: { authorization } });
  expect(await response.json()).toEqual({ sessions: [], next: null });
  const { component, ms } = takeLongestTurn();
  expect(component).toBe('rest');
  expect(ms).toBeGreaterThan(BLOCK_MS / 4);
});
