import { ERROR_TEXT_LENGTH_MAX, PAGE_BYTES_MAX, PAGE_LIMIT_MAX } from '@fleetlm/protocol';
import { expect, test } from 'vitest';
import { recordOf } from '../effects/deliveries/delivery-attempt.ts';
import type { RecordedAttempt } from '../effects/deliveries/index.ts';
import { failed, retried, sessionOf } from '../effects/deliveries/testing/reports.ts';
import { errorText } from '../effects/error-text.ts';
import { deliveryBody } from '../gateway/delivery-wire.ts';
import { ok } from '../outcome.ts';
import { type DeliveriesPorts, NodeDeliveries } from './deliveries.ts';

/** Six bytes each as JSON. */
const ERROR = errorText('\u0001'.repeat(ERROR_TEXT_LENGTH_MAX));

const ATTEMPTS: readonly RecordedAttempt[] = Array.from({ length: PAGE_LIMIT_MAX }, (_, at) => {
  const common = { sessionId: sessionOf(at + 1), startedAtMs: 1_000 + at, error: ERROR };
  return [retried({ ...common, attempt: 1 }), failed({ ...common, attempt: 2 })];
})
  .flat()
  .map((one) => recordOf(one, 'n1', false));

/** All of them are in memory only: Postgres is away. */
function deliveries(): NodeDeliveries {
  const ports: Partial<DeliveriesPorts> = {
    recorder: {
      page: async () => null,
      delivery: async () => null,
      deadLetterGroups: async () => null,
    },
  };
  return new NodeDeliveries({ ...ports, ...oneNode() } as DeliveriesPorts);
}

function oneNode(): object {
  const held = { attempts: ATTEMPTS, unwritten: 0, dropped: 0 };
  return {
    self: 'n1',
    descriptor: { nodes: [{ nodeId: 'n1' }] },
    isConnected: () => true,
    router: { ask: async () => ok(held) },
  };
}

test('pages of deliveries with the longest errors fit, and together they are all of them', async () => {
  const list = deliveries();
  const seen: string[] = [];
  let pages = 0;
  for (let after = null as Parameters<typeof list.list>[1]['after']; ; ) {
    const page = await list.list('bot', { state: null, after, limit: PAGE_LIMIT_MAX });
    const json = JSON.stringify(page.deliveries.map(deliveryBody));
    expect(Buffer.byteLength(json)).toBeLessThanOrEqual(PAGE_BYTES_MAX);
    seen.push(...page.deliveries.map(({ id }) => id));
    pages += 1;
    if (page.next === null) break;
    after = page.next;
  }
  expect(pages).toBeGreaterThan(1);
  expect(new Set(seen).size).toBe(PAGE_LIMIT_MAX);
  expect(seen).toHaveLength(PAGE_LIMIT_MAX);
});
