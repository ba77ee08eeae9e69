import { expect, test } from 'vitest';
import { movingIn } from './move-watch.ts';

const group = (number: number, roles: Readonly<Record<string, string>>) => ({
  group: number,
  leader: 'n1',
  voters: ['n1', 'n2', 'n3'],
  replicas: Object.entries(roles).map(([node_id, role]) => ({ node_id, role })),
});

test('a group moves while a replica of it learns; a node that leaves it does not make it move', () => {
  const groups = [
    group(0, { n1: 'leader', n2: 'follower', n4: 'learner' }),
    group(1, { n1: 'leader', n4: 'learner', n5: 'learner' }),
    group(2, { n1: 'leader', n2: 'follower', n3: 'follower', n4: 'follower' }),
  ];
  expect(movingIn({ groups })).toEqual({ groups: 2, towards: 2 });
  expect(movingIn({ groups: [] })).toEqual({ groups: 0, towards: 0 });
});
