import { describe, expect, it } from 'vitest';
import { withSnapshotOf } from '../testing/cluster.ts';
import { groupLook, nextProblem } from './group-looks.ts';

describe('a cell of the grid', () => {
  const { nodes, groups } = withSnapshotOf({
    nodes: { n1: 'up', n2: 'up', n3: 'down' },
    groups: [
      { leader: 'n1', applied: { n1: 10, n2: 10, n3: 10 } },
      { leader: null, applied: { n1: 10, n2: 10, n3: 10 } },
      { leader: 'n2', applied: { n1: 900, n2: 1_900, n3: 3 }, flush_backlog: 2_500 },
    ],
  });
  const look = (group: number, mode: 'health' | 'leader' | 'lag' | 'flush') => {
    const found = groups[group];
    if (found === undefined) throw new Error('no such group');
    return groupLook(found, nodes, mode, 3);
  };

  it('says what is wrong in its glyph and in words', () => {
    expect(look(0, 'health')).toMatchObject({ glyph: '1!', words: 'leader n1, a copy is missing' });
    expect(look(1, 'health')).toMatchObject({ glyph: 'x', words: 'no leader, no leader' });
  });

  it('shows how far the slowest replica is behind, and how much waits for Postgres', () => {
    expect(look(2, 'lag')).toMatchObject({ glyph: '2k', heat: 1 });
    expect(look(2, 'flush')).toMatchObject({ glyph: '3k', words: '2500 messages to flush' });
    expect(look(0, 'flush')).toMatchObject({ glyph: '?', words: 'backlog not known', heat: 0 });
  });

  it('leads from one problem to the next, round the end', () => {
    const looks = [0, 1, 2].map((group) => look(group, 'health'));
    expect(nextProblem(looks, 2)).toBe(0);
    expect(
      nextProblem(
        looks.map((each) => ({ ...each, health: 'ok' as const })),
        0,
      ),
    ).toBeNull();
  });
});
