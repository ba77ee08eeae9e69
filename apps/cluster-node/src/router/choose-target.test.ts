import { expect, test } from 'vitest';
import { type Attempted, chooseTarget, type RoutingView } from './choose-target.ts';

interface Situation {
  readonly leader?: number;
  readonly replicas?: readonly number[];
  readonly holds?: boolean;
  readonly away?: readonly number[];
}

/** As node 1 of four sees group 7. */
function view({ leader = 0, replicas = [2, 3, 4], holds = false, away = [] }: Situation) {
  return {
    self: 1,
    leaderOf: () => leader,
    replicasOf: () => replicas,
    holds: () => holds,
    isReachable: (node) => node !== 0 && !away.includes(node),
  } satisfies RoutingView;
}

test.each<[string, Situation, Partial<Attempted>, number]>([
  ['the leader that is known', { leader: 3 }, {}, 3],
  ['this node, when it leads', { leader: 1, holds: true }, {}, 1],
  ['the own replica, for a read', { leader: 3, holds: true }, { by: 'replica' }, 1],
  ['the leader, for a read without a replica here', { leader: 3 }, { by: 'replica' }, 3],
  [
    'the leader, after the own replica refused a read',
    { leader: 3, holds: true },
    { by: 'replica', attempts: 1 },
    3,
  ],
  ['the hint of a refusal', { leader: 3 }, { hint: 4, attempts: 1 }, 4],
  ['the own replica before a hint', { holds: true }, { by: 'replica', hint: 4, attempts: 2 }, 1],
  [
    'the hint, once the own replica has refused',
    { holds: true },
    { by: 'replica', hint: 4, attempts: 1 },
    4,
  ],
  [
    'the leader again, where a replica here says so',
    { leader: 3, holds: true },
    { attempts: 1 },
    3,
  ],
  [
    'a leader out of reach, where a replica here says so',
    { leader: 3, holds: true, away: [3] },
    {},
    3,
  ],
  [
    'a holder in turn, after a refusal of the leader that was reported',
    { leader: 3 },
    { attempts: 1 },
    3,
  ],
  ['the next holder, after the one before', { leader: 3 }, { attempts: 3 }, 2],
  ['the leader again, in the attempt after that', { leader: 3 }, { attempts: 4 }, 3],
  ['a holder, while no leader is known', {}, {}, 2],
  ['the next holder, while no leader is known', {}, { attempts: 2 }, 4],
  ['a holder within reach', { away: [2] }, {}, 3],
  ['a holder within reach, for a leader out of reach', { leader: 2, away: [2] }, {}, 3],
  ['none: this node is no candidate of its own', { replicas: [1] }, {}, 0],
  ['none within reach', { away: [2, 3, 4] }, {}, 0],
  [
    'a leader that is no holder, when no holder is within reach',
    { leader: 5, away: [2, 3, 4] },
    { attempts: 1 },
    5,
  ],
  ['none: no leader, no holder', { replicas: [] }, {}, 0],
])('goes to %s', (_name, situation, attempted, target) => {
  const attempt: Attempted = { group: 7, by: 'leader', attempts: 0, hint: 0, ...attempted };
  expect(chooseTarget(view(situation), attempt)).toBe(target);
});
