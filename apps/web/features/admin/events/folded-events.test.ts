import { expect, it } from 'vitest';
import { foldedEvents } from './folded-events.ts';

const event = (kind: string, group: number | null, second: number, node_id = 'n1') => ({
  at: new Date(1_800_000_000_000 + second * 1_000).toISOString(),
  node_id,
  kind,
  group,
  detail: `${kind} ${group}`,
});

it('folds what came together, and leaves the rest as it is', () => {
  const events = [
    event('node-up', null, 60),
    ...[5, 4, 3, 2, 1].map((group) => event('leader-elected', group, 50 + group)),
    event('leader-elected', 9, 20),
    event('node-down', null, 10),
  ];
  expect(foldedEvents(events).map(({ count, detail }) => [count, detail])).toEqual([
    [1, 'node-up null'],
    [5, '5 groups: 01, 02, 03, 04, 05'],
    [1, 'leader-elected 9'],
    [1, 'node-down null'],
  ]);
});

it('names all nodes that reported it', () => {
  const events = [1, 2, 3, 4].map((group) =>
    event('leader-elected', group, 10, group % 2 === 0 ? 'n1' : 'n2'),
  );
  const [line, ...rest] = foldedEvents(events);
  expect(rest).toEqual([]);
  expect(line).toMatchObject({ count: 4, event: { node_id: 'n1, n2', group: null } });
});
