import { describe, expect, it } from 'vitest';
import { EMPTY_HISTORY, knownUntil, readMetrics, withMetrics } from './metrics.ts';

function answer(nodes: Readonly<Record<string, readonly number[] | null>>) {
  const read = readMetrics({
    nodes: Object.entries(nodes).map(([node_id, times]) => ({
      node_id,
      figures:
        times === null
          ? null
          : {
              reported_at: '2026-11-23T12:00:00.000Z',
              times,
              series: { rss_bytes: times.map((at) => at * 2) },
              flush: { database_up: true, backlog: 0 },
              dispatch: { agents: [] },
            },
    })),
  });
  if (read === null) throw new Error('not read');
  return read;
}

describe('the past of the cluster', () => {
  it('puts new points behind the old ones, each once', () => {
    const first = withMetrics(EMPTY_HISTORY, answer({ n1: [1, 2, 3], n2: [1] }), '15m');
    expect(knownUntil(first)).toBe(1);
    const second = withMetrics(first, answer({ n1: [2, 3, 4], n2: [2] }), '15m');
    expect(second.get('n1')?.times).toEqual([1, 2, 3, 4]);
    expect(second.get('n1')?.series.rss_bytes).toEqual([2, 4, 6, 8]);
    expect(second.get('n2')?.times).toEqual([1, 2]);
  });

  it('forgets what is out of its range', () => {
    const first = withMetrics(EMPTY_HISTORY, answer({ n1: [1_000, 500_000] }), '15m');
    const second = withMetrics(first, answer({ n1: [902_000] }), '15m');
    expect(second.get('n1')?.times).toEqual([500_000, 902_000]);
    expect(second.get('n1')?.series.rss_bytes).toEqual([1_000_000, 1_804_000]);
  });

  it('keeps what a silent node said last, and says that it is silent', () => {
    const first = withMetrics(EMPTY_HISTORY, answer({ n1: [1] }), '15m');
    const second = withMetrics(first, answer({ n1: null, n2: null }), '15m');
    expect(second.get('n1')).toMatchObject({ answered: false, times: [1] });
    expect(second.has('n2')).toBe(false);
  });

  it('takes what is missing for not known', () => {
    const history = withMetrics(EMPTY_HISTORY, answer({ n1: [1] }), '15m');
    expect(history.get('n1')?.flush.rows_flushed).toBeNull();
    expect(history.get('n1')?.series.loop_delay_ms).toEqual([]);
  });
});
