import { byMetric } from '@fleetlm/protocol';
import { describe, expect, it } from 'vitest';
import { MetricHistory } from './metric-history.ts';
import type { MetricPoint } from './metric-ring.ts';

const START_MS = 1_800_000_000_000;

function point(values: Partial<MetricPoint>): MetricPoint {
  return { ...byMetric(() => null), ...values };
}

describe('the past of a node', () => {
  it('keeps fifteen minutes of seconds and forgets what is older', () => {
    const history = new MetricHistory();
    for (let second = 0; second < 1_000; second += 1)
      history.record(START_MS + second * 1_000, point({ rss_bytes: second }));
    const { timesMs, series } = history.after('15m', 0);
    expect(timesMs).toHaveLength(900);
    expect(timesMs[0]).toBe(START_MS + 100_000);
    expect(series.rss_bytes[0]).toBe(100);
    expect(series.rss_bytes.at(-1)).toBe(999);
  });

  it('gives only what came after a moment', () => {
    const history = new MetricHistory();
    for (let second = 0; second < 10; second += 1)
      history.record(START_MS + second * 1_000, point({ elections: second }));
    expect(history.after('15m', START_MS + 7_000).series.elections).toEqual([8, 9]);
  });

  it('makes a minute of its seconds: the worst delay, the mean rate, all elections', () => {
    const history = new MetricHistory();
    for (let second = 0; second < 61; second += 1)
      history.record(
        START_MS + second * 1_000,
        point({
          loop_delay_ms: second === 30 ? 400 : 2,
          entries_appended_per_s: second % 2 === 0 ? 10 : 20,
          elections: second < 3 ? 1 : 0,
        }),
      );
    const { timesMs, series } = history.after('24h', 0);
    expect(timesMs).toEqual([START_MS + 60_000]);
    expect(series.loop_delay_ms).toEqual([400]);
    expect(series.entries_appended_per_s).toEqual([15]);
    expect(series.elections).toEqual([3]);
  });

  it('does not take what is not known for zero', () => {
    const history = new MetricHistory();
    for (let second = 0; second < 61; second += 1)
      history.record(
        START_MS + second * 1_000,
        point({ wal_sync_p99_ms: second === 5 ? 3 : null }),
      );
    expect(history.after('15m', 0).series.wal_sync_p99_ms.slice(4, 7)).toEqual([null, 3, null]);
    expect(history.after('24h', 0).series.wal_sync_p99_ms).toEqual([3]);
    expect(history.after('24h', 0).series.rss_bytes).toEqual([null]);
  });
});
