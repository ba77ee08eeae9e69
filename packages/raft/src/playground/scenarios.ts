import type { ReplicaId } from '../core/index.ts';
import type { Command } from './command.ts';
import type { Setup } from './playground.ts';
import { NODE_IDS } from './timing.ts';

/** The name of a scenario, as it is in the address of the page. */
export type ScenarioId =
  | 'first-election'
  | 'split-vote'
  | 'partition'
  | 'no-majority'
  | 'uncommitted-tail'
  | 'tail-that-survives'
  | 'membership'
  | 'transfer';

/** A scene to begin with: a cluster, what has happened in it, and what to try. */
export interface Scenario {
  readonly id: ScenarioId;
  readonly title: string;
  /** What has happened, and what will happen when time goes on. */
  readonly text: string;
  /** What to try then. */
  readonly tryThis: string;
  readonly setup: Setup;
  /** From the start to where the scene begins. */
  readonly prelude: readonly Command[];
}

const FIVE: Setup = { seed: 7, voters: NODE_IDS };

const run = (ms: number): Command => ({ type: 'run', ms });
const write = (to: ReplicaId | null = null): Command => ({ type: 'write', to });
const stop = (node: ReplicaId): Command => ({ type: 'stop', node });
const timeout = (node: ReplicaId, ticks: number): Command => ({
  type: 'election-timeout',
  node,
  ticks,
});
const cutBetween = (as: readonly ReplicaId[], bs: readonly ReplicaId[]): readonly Command[] =>
  as.flatMap((a) => bs.map((b): Command => ({ type: 'cut', a, b })));

/** `node` is elected and has committed the client's first write. */
const ledBy = (node: ReplicaId): readonly Command[] => [
  { type: 'campaign', node },
  run(500),
  write(node),
  run(500),
];

/** All scenes, in the order in which they are offered. */
export const SCENARIOS: readonly Scenario[] = [
  {
    id: 'first-election',
    title: 'A first election',
    text: 'Five nodes start with empty logs and no leader. Whose timer runs out first asks the others, is elected by a majority, and begins its term with an entry that says nothing but "I lead".',
    tryThis: 'Stop the leader, and see who comes next.',
    setup: FIVE,
    prelude: [],
  },
  {
    id: 'split-vote',
    title: 'A split vote',
    text: 'The leader n2 has stopped, and n1 and n3 time out in the same instant. Each hears its neighbour first, so both get two of five votes and no leader is elected. Timers are random so that this does not go on: the one who tries again first wins the next term.',
    tryThis: 'Undo, and drop one of the votes on its way.',
    setup: FIVE,
    prelude: [
      ...ledBy(2),
      timeout(1, 60),
      timeout(3, 60),
      timeout(4, 99),
      timeout(5, 99),
      stop(2),
      run(900),
    ],
  },
  {
    id: 'partition',
    title: 'A partition',
    text: 'n1 leads, and the network splits into n1, n2 and n3, n4, n5. The old leader takes x=2 into its log and can never commit it: after an election timeout without a majority it steps down. The three elect a leader of a higher term and go on.',
    tryThis: 'Write to the leader, then mend all links: n1 and n2 throw x=2 away.',
    setup: FIVE,
    prelude: [...ledBy(1), ...cutBetween([1, 2], [3, 4, 5]), write(1), run(60)],
  },
  {
    id: 'no-majority',
    title: 'No majority left',
    text: 'Three of five nodes have stopped while n1 leads. The client asks it to write x=2. The entry gets onto two disks, which is not enough: it is not committed and not acknowledged, n1 steps down, and no leader can be elected. Nothing is answered rather than something that could be lost.',
    tryThis: 'Restart one node: three of five can elect a leader, and it commits x=2 after all.',
    setup: FIVE,
    prelude: [...ledBy(1), stop(3), stop(4), stop(5), write(1), run(60)],
  },
  {
    id: 'uncommitted-tail',
    title: 'A leader with an uncommitted tail',
    text: "n1 was cut off with two entries that no other node had, and stopped. The others elected a new leader and committed x=4. Now n1 is back, and its entries differ from the leader's: it throws them away and takes what was committed.",
    tryThis: 'Compare the two logs in the table while time goes on slowly.',
    setup: FIVE,
    prelude: [
      ...ledBy(1),
      { type: 'isolate', node: 1 },
      write(1),
      run(80),
      write(1),
      run(80),
      stop(1),
      run(3_000),
      write(),
      run(1_500),
      { type: 'mend-all' },
      { type: 'restart', node: 1 },
    ],
  },
  {
    id: 'tail-that-survives',
    title: 'A tail that survives its leader',
    text: "x=2 got from n1 onto the disks of n2 and n3, and n1 stopped before it could count them. Three of five have it: any leader elected now must have it too, and commits it with its own first entry. The client has heard nothing. Its write is done, and it can't know that.",
    tryThis: 'Look at who votes for whom: n4 and n5 would be refused by n2 and n3.',
    setup: FIVE,
    prelude: [
      ...ledBy(1),
      ...cutBetween([1], [4, 5]),
      write(1),
      run(100),
      stop(1),
      { type: 'mend-all' },
    ],
  },
  {
    id: 'membership',
    title: 'A change of membership',
    text: 'n1, n2 and n3 are the group; n4 and n5 run and belong to no group. In one change n4 and n5 come for n2 and n3. While it lasts, a majority of the old voters and one of the new must agree; then the old ones are out.',
    tryThis: "Stop n4 and n5 at once: the change can't be finished until one of them is back.",
    setup: { seed: 7, voters: [1, 2, 3] },
    prelude: [
      ...ledBy(1),
      {
        type: 'change',
        changes: [
          { type: 'add-node', nodeId: 4 },
          { type: 'add-node', nodeId: 5 },
          { type: 'remove-node', nodeId: 2 },
          { type: 'remove-node', nodeId: 3 },
        ],
      },
    ],
  },
  {
    id: 'transfer',
    title: 'Handing leadership over',
    text: 'n1 leads and is asked to hand over to n3, as before an update of its machine. It makes sure that n3 has everything, then tells it to campaign at once: a new leader without waiting for a timeout.',
    tryThis:
      'Undo, stop n3 and hand over to it: n1 gives up after an election timeout and serves again.',
    setup: FIVE,
    prelude: [...ledBy(1), { type: 'transfer', to: 3 }],
  },
];

/** Throws RangeError when there is none of that name. */
export function scenarioOf(id: ScenarioId): Scenario {
  const scenario = SCENARIOS.find((candidate) => candidate.id === id);
  if (scenario === undefined) throw new RangeError(`there is no scenario ${id}`);
  return scenario;
}
