import {
  type ClusterHistory,
  EMPTY_HISTORY,
  readMetrics,
  withMetrics,
} from '@fleetlm/client/admin';
import { describe, expect, it } from 'vitest';
import { chartData } from './chart-data.ts';

const START_MS = 1_800_000_000_000;

function history(points: Readonly<Record<string, readonly (readonly [number, number | null])[]>>) {
  return Object.entries(points).reduce<ClusterHistory>((known, [node_id, values]) => {
    const answer = readMetrics({
      nodes: [
        {
          node_id,
          figures: {
            reported_at: '',
            times: values.map(([second]) => START_MS + second * 1_000),
            series: { loop_delay_ms: values.map(([, value]) => value) },
          },
        },
      ],
    });
    return answer === null ? known : withMetrics(known, answer, '15m');
  }, EMPTY_HISTORY);
}

describe('the data of a chart', () => {
  it('puts points of clocks that are a little apart on the same step', () => {
    const known = history({
      n1: [
        [1.02, 5],
        [2.03, 6],
      ],
      n2: [
        [0.97, 7],
        [1.96, 8],
      ],
    });
    const { times, lines } = chartData(known, ['n1', 'n2'], 'loop_delay_ms', '15m');
    expect(times).toHaveLength(900);
    expect(times.at(-1)).toBe(START_MS / 1_000 + 2);
    expect(lines.map(({ values }) => values.slice(-2))).toEqual([
      [5, 6],
      [7, 8],
    ]);
  });

  it('bridges one step that fell between two points, and no more', () => {
    const known = history({
      n1: [
        [1, 5],
        [3, 6],
        [6, 7],
      ],
    });
    const { lines } = chartData(known, ['n1'], 'loop_delay_ms', '15m');
    expect(lines[0]?.values.slice(-6)).toEqual([5, 5, 6, null, null, 7]);
  });

  it('does not know a node that has never answered', () => {
    const { times, lines } = chartData(EMPTY_HISTORY, ['n1'], 'loop_delay_ms', '15m');
    expect(times).toEqual([]);
    expect(lines).toEqual([{ nodeId: 'n1', values: [], latest: null, highest: null }]);
  });
});
