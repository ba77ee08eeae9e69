import { describe, expect, test } from 'vitest';
import { evaluate, metricsOf, PromqlError, type Series } from './promql.ts';

const EVERY_S = 15;

function series(
  name: string,
  labels: Readonly<Record<string, string>>,
  values: readonly (number | null)[],
): Series {
  return {
    labels: { __name__: name, ...labels },
    samples: values.flatMap((value, at) => (value === null ? [] : [{ at: at * EVERY_S, value }])),
  };
}

const ramp = Array.from({ length: 21 }, (_, at) => at * 3);

describe('as Prometheus', () => {
  test.each<readonly [string, readonly Series[], unknown]>([
    [
      'a',
      [series('a', { i: '1' }, [1, 2]), series('b', {}, [9])],
      [{ labels: { __name__: 'a', i: '1' }, value: 2 }],
    ],
    [
      'a{i="2"}',
      [series('a', { i: '1' }, [1]), series('a', { i: '2' }, [5])],
      [{ labels: { __name__: 'a', i: '2' }, value: 5 }],
    ],
    [
      'a{i=~"2|3"}',
      [series('a', { i: '1' }, [1]), series('a', { i: '3' }, [7])],
      [{ labels: { __name__: 'a', i: '3' }, value: 7 }],
    ],
    [
      'a > 1',
      [series('a', { i: '1' }, [1]), series('a', { i: '2' }, [2])],
      [{ labels: { __name__: 'a', i: '2' }, value: 2 }],
    ],
    [
      'sum(a)',
      [series('a', { i: '1' }, [1]), series('a', { i: '2' }, [2])],
      [{ labels: {}, value: 3 }],
    ],
    [
      'max by (i) (a)',
      [series('a', { i: '1', j: '1' }, [1]), series('a', { i: '1', j: '2' }, [4])],
      [{ labels: { i: '1' }, value: 4 }],
    ],
    [
      'a / b',
      [series('a', { i: '1' }, [6]), series('b', { i: '1' }, [3])],
      [{ labels: { i: '1' }, value: 2 }],
    ],
    [
      'a > 0 and b > 0',
      [series('a', { i: '1' }, [1]), series('a', { i: '2' }, [1]), series('b', { i: '2' }, [1])],
      [{ labels: { __name__: 'a', i: '2' }, value: 1 }],
    ],
    [
      'a > 5 or b',
      [series('a', { i: '1' }, [1]), series('b', { i: '2' }, [1])],
      [{ labels: { __name__: 'b', i: '2' }, value: 1 }],
    ],
    ['rate(a[5m])', [series('a', {}, ramp)], [{ labels: {}, value: 0.2 }]],
    ['increase(a[5m])', [series('a', {}, ramp)], [{ labels: {}, value: 60 }]],
    ['delta(a[5m])', [series('a', {}, ramp.toReversed())], [{ labels: {}, value: -60 }]],
    // Alone in its range, as a series that has just appeared.
    ['increase(a[5m])', [series('a', {}, [...Array.from({ length: 20 }, () => null), 1])], []],
  ])('%s', (expression, given, expected) => {
    const newest = given.flatMap(({ samples }) => samples.map(({ at }) => at));
    expect(evaluate(expression, given, Math.max(...newest))).toEqual(expected);
  });

  test('a counter that began anew has not gone back', () => {
    const values = Array.from({ length: 21 }, (_, at) => (at < 10 ? at : at - 10));
    const [element] = evaluate('increase(a[5m])', [series('a', {}, values)], 300);
    expect(element?.value).toBeGreaterThan(18);
    expect(element?.value).toBeLessThan(21);
  });

  test('a series that has ended is gone after five minutes', () => {
    const ended = [series('a', {}, [1])];
    expect(evaluate('a', ended, 299)).toHaveLength(1);
    expect(evaluate('a', ended, 300)).toEqual([]);
  });
});

test.each(['a >', 'sum(', 'a[5m', 'topk(1, a)', 'a offset 5m > 1', 'absent(a)', 'a{i=~"x.*"}'])(
  'what it does not know is an error: %s',
  (expression) => {
    expect(() => evaluate(expression, [], 0)).toThrow(PromqlError);
  },
);

test('names the metrics of any expression', () => {
  expect(
    metricsOf('histogram_quantile(0.9, sum by (le) (rate(a_bucket{x="y"}[1m]))) > 0 and up'),
  ).toEqual(['a_bucket', 'up']);
});
