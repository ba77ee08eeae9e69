import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { closedCounter, observedGauge } from './closed-metrics.ts';

test('a counter says what was counted so far, by its labels, however often it is asked', async () => {
  const registry = new Registry();
  const counter = closedCounter<{ readonly way: 'local' | 'forwarded' }>(
    registry,
    { name: 'attempts', help: 'attempts' },
    { way: ['local', 'forwarded'] },
  );
  const values = async () => (await registry.metrics()).match(/^attempts\{.*$/gm);
  expect(await values()).toEqual(['attempts{way="local"} 0', 'attempts{way="forwarded"} 0']);
  counter.inc({ way: 'local' });
  counter.inc({ way: 'forwarded' }, 3);
  counter.inc({ way: 'local' });
  const counted = ['attempts{way="local"} 2', 'attempts{way="forwarded"} 3'];
  expect(await values()).toEqual(counted);
  expect(await values()).toEqual(counted);
});

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
