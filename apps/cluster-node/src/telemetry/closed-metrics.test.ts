import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { observedGauge } from './closed-metrics.ts';

test('a gauge whose value is not known has none: it is not 0', async () => {
  const registry = new Registry();
  let value: number | null = null;
  observedGauge(registry, { name: 'fleetlm_observed', help: 'Something' }, () => value);
  const valueLines = async (): Promise<readonly string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith('fleetlm_'));
  expect(await valueLines()).toEqual([]);
  value = 7;
  expect(await valueLines()).toEqual(['fleetlm_observed 7']);
  value = null;
  expect(await valueLines()).toEqual([]);
});
