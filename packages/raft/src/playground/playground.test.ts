import { describe, expect, test } from 'vitest';
import type { Command } from './command.ts';
import { History } from './history.ts';
import type { Playground } from './playground.ts';
import { SCENARIOS, type ScenarioId, scenarioOf } from './scenarios.ts';
import { RUN_MS_MAX, WRITE_MS, WRITES_MAX } from './timing.ts';
import type { NodeView } from './view.ts';

function open(id: ScenarioId): History {
  const { setup, prelude } = scenarioOf(id);
  return new History(setup, prelude);
}

function run(history: History, ms: number): void {
  history.do({ type: 'run', ms });
}

const nodeOf = (playground: Playground, id: number): NodeView => {
  const node = playground.view().nodes.find((candidate) => candidate.id === id);
  if (node === undefined) throw new Error(`no node ${id}`);
  return node;
};
const leadersOf = (playground: Playground): readonly NodeView[] =>
  playground.view().nodes.filter(({ role }) => role === 'leader');
const logOf = (playground: Playground, id: number): readonly string[] =>
  nodeOf(playground, id).log.map(({ term, text }) => `${term}/${text}`);
const story = (playground: Playground): readonly string[] =>
  playground.view().story.map(({ text }) => text);
const writeOf = (playground: Playground, id: number) => {
  const write = playground.view().writes[id - 1];
  if (write === undefined) throw new Error(`no write ${id}`);
  return write;
};

describe('the scenarios reach what their texts promise', () => {
  test('a first election: one leader, followed by all, with an entry of its own', () => {
    const history = open('first-election');
    expect(leadersOf(history.playground)).toEqual([]);
    run(history, 2_500);
    const [leader] = leadersOf(history.playground);
    expect(leadersOf(history.playground)).toHaveLength(1);
    for (const node of history.playground.view().nodes) {
      expect(node).toMatchObject({ term: 1, leader: leader?.id, commit: 1, applied: 1 });
    }
    expect(story(history.playground)).toContainEqual(
      expect.stringMatching(/^n\d becomes leader in term 1: 3 of 5 votes/),
    );
  });

  test('a split vote: two candidates of one term with two votes each, then a leader of the next', () => {
    const history = open('split-vote');
    run(history, 500);
    const n1 = nodeOf(history.playground, 1);
    const n3 = nodeOf(history.playground, 3);
    expect(n1).toMatchObject({ role: 'candidate', term: 2, votesFor: [1, 5] });
    expect(n3).toMatchObject({ role: 'candidate', term: 2, votesFor: [3, 4] });
    expect(leadersOf(history.playground)).toEqual([]);
    run(history, 3_000);
    expect(leadersOf(history.playground)).toHaveLength(1);
    expect(leadersOf(history.playground)[0]?.term).toBeGreaterThan(2);
  });

  test('a partition: the majority goes on, the minority commits nothing and throws its entry away', () => {
    const history = open('partition');
    run(history, 2_500);
    const [leader] = leadersOf(history.playground);
    expect(leadersOf(history.playground)).toHaveLength(1);
    expect([3, 4, 5]).toContain(leader?.id);
    expect(logOf(history.playground, 1)).toContain('1/x=2');
    expect(nodeOf(history.playground, 1).commit).toBe(2);
    history.do({ type: 'write', to: leader?.id ?? null });
    run(history, 500);
    expect(writeOf(history.playground, 3).state).toBe('acknowledged');
    history.do({ type: 'mend-all' });
    run(history, 3_000);
    expect(logOf(history.playground, 1)).not.toContain('1/x=2');
    expect(writeOf(history.playground, 2)).toMatchObject({
      state: 'refused',
      note: "another leader's entry 3 was committed instead",
    });
    for (const node of history.playground.view().nodes) expect(node.value).toBe('3');
  });

  test('no majority: nothing is acknowledged, there is no leader; one node more and it goes on', () => {
    const history = open('no-majority');
    run(history, 4_000);
    expect(leadersOf(history.playground)).toEqual([]);
    expect(writeOf(history.playground, 2).state).toBe('unknown');
    history.do({ type: 'restart', node: 3 });
    run(history, 5_000);
    expect(leadersOf(history.playground)).toHaveLength(1);
    for (const id of [1, 2, 3]) expect(nodeOf(history.playground, id).value).toBe('2');
  });

  test('an uncommitted tail is replaced by what was committed', () => {
    const history = open('uncommitted-tail');
    expect(logOf(history.playground, 1).slice(-2)).toEqual(['1/x=2', '1/x=3']);
    expect(writeOf(history.playground, 4).state).toBe('acknowledged');
    run(history, 1_000);
    const [leader] = leadersOf(history.playground);
    expect(logOf(history.playground, 1)).toEqual(logOf(history.playground, leader?.id ?? 0));
    expect(nodeOf(history.playground, 1).value).toBe('4');
    expect(story(history.playground)).toContainEqual(
      expect.stringMatching(/^n1 throws away .*3 \(x=2\), 4 \(x=3\)/),
    );
  });

  test('a tail that a majority has survives its leader, and the client does not know', () => {
    const history = open('tail-that-survives');
    for (const id of [1, 2, 3]) {
      expect(nodeOf(history.playground, id).log.at(-1)).toMatchObject({
        text: 'x=2',
        isOnDisk: true,
      });
    }
    for (const id of [4, 5]) expect(logOf(history.playground, id)).not.toContain('1/x=2');
    expect(nodeOf(history.playground, 1).commit).toBe(2);
    run(history, 4_000);
    const [leader] = leadersOf(history.playground);
    expect([2, 3]).toContain(leader?.id);
    for (const id of [2, 3, 4, 5]) expect(nodeOf(history.playground, id).value).toBe('2');
    expect(writeOf(history.playground, 2).state).toBe('unknown');
  });

  test('a change of membership goes through both majorities and ends with the new voters', () => {
    const history = open('membership');
    run(history, 90);
    expect(history.playground.view().configuration).toMatchObject({
      voters: [1, 4, 5],
      votersOutgoing: [1, 2, 3],
    });
    run(history, 1_500);
    expect(history.playground.view().configuration).toMatchObject({
      voters: [1, 4, 5],
      votersOutgoing: [],
    });
    expect(logOf(history.playground, 5)).toEqual(logOf(history.playground, 1));
  });

  test('a change that its new voters can not confirm waits for one of them', () => {
    const history = open('membership');
    history.do({ type: 'stop', node: 4 });
    history.do({ type: 'stop', node: 5 });
    run(history, 5_000);
    expect(history.playground.view().configuration.votersOutgoing).toEqual([1, 2, 3]);
    history.do({ type: 'restart', node: 5 });
    run(history, 8_000);
    expect(history.playground.view().configuration.votersOutgoing).toEqual([]);
  });

  test('leadership is handed over without a timeout', () => {
    const history = open('transfer');
    run(history, 400);
    expect(leadersOf(history.playground).map(({ id }) => id)).toEqual([3]);
  });
});

describe('what a viewer does', () => {
  test('a cut link carries nothing, a mended one does', () => {
    const history = open('transfer');
    run(history, 500);
    history.do({ type: 'isolate', node: 5 });
    history.do({ type: 'write', to: null });
    run(history, 600);
    expect(nodeOf(history.playground, 5).value).toBe('1');
    expect(history.playground.view().cuts).toHaveLength(4);
    history.do({ type: 'mend-all' });
    run(history, 3_000);
    expect(nodeOf(history.playground, 5).value).toBe('2');
  });

  test('a dropped message does not arrive: a lost vote is missing from the tally', () => {
    const history = open('split-vote');
    while (
      !history.playground
        .view()
        .messages.some(({ type, to }) => type === 'vote-response' && to === 3)
    ) {
      history.do({ type: 'step' });
    }
    const vote = history.playground.view().messages.find(({ type }) => type === 'vote-response');
    history.do({ type: 'drop', message: vote?.id ?? 0 });
    run(history, 300);
    expect(nodeOf(history.playground, vote?.to ?? 0).votesFor).toEqual([vote?.to]);
  });

  test('a stopped node loses what it had not written, and keeps the rest', () => {
    const history = open('transfer');
    run(history, 1_000);
    // Otherwise the others would have it: a leader sends while it writes.
    history.do({ type: 'isolate', node: 3 });
    history.do({ type: 'write', to: 3 });
    // The request needs 30 ms and a little; the write another 10.
    while (!logOf(history.playground, 3).includes('2/x=2')) run(history, 1);
    expect(nodeOf(history.playground, 3).log.at(-1)?.isOnDisk).toBe(false);
    const before = logOf(history.playground, 3).slice(0, -1);
    history.do({ type: 'stop', node: 3 });
    expect(logOf(history.playground, 3)).toEqual(before);
    history.do({ type: 'restart', node: 3 });
    run(history, 500);
    expect(nodeOf(history.playground, 3)).toMatchObject({ isRunning: true, value: '1' });
    expect(logOf(history.playground, 3)).toEqual(before);
  });

  test('entries that come while one is being written share the next write, as in production', () => {
    const history = open('first-election');
    run(history, 3_000);
    const [leader] = leadersOf(history.playground);
    if (leader === undefined) throw new Error('no leader');
    const onDiskAt = new Map<number, number>();
    for (let ms = 0; ms < 100; ms += 1) {
      if (ms === 0 || ms === 4 || ms === 6) history.do({ type: 'write', to: leader.id });
      run(history, 1);
      for (const { index, isOnDisk } of nodeOf(history.playground, leader.id).log) {
        if (isOnDisk && !onDiskAt.has(index)) onDiskAt.set(index, ms);
      }
    }
    const [first = 0, second, third] = [2, 3, 4].map((index) => onDiskAt.get(index));
    expect(first).toBeGreaterThan(0);
    expect(second).toBe(first + WRITE_MS);
    expect(third).toBe(first + WRITE_MS);
  });

  test('a node that does not lead sends the client on, and a chosen one refuses', () => {
    const history = open('transfer');
    run(history, 1_000);
    history.do({ type: 'write', to: null });
    history.do({ type: 'write', to: 5 });
    run(history, 500);
    expect(writeOf(history.playground, 2)).toMatchObject({ state: 'acknowledged' });
    expect(writeOf(history.playground, 3)).toMatchObject({
      state: 'refused',
      note: 'n5 is not the leader and says n3 is',
    });
  });

  test('what can not be done is reported and changes nothing', () => {
    const history = open('first-election');
    history.do({ type: 'transfer', to: 2 });
    history.do({ type: 'change', changes: [{ type: 'remove-node', nodeId: 5 }] });
    expect(story(history.playground)).toEqual([
      'There is no leader to hand over.',
      'There is no leader to change the voters (remove node n5).',
    ]);
    run(history, 2_500);
    history.do({ type: 'change', changes: [{ type: 'remove-node', nodeId: 5 }] });
    history.do({ type: 'change', changes: [{ type: 'remove-node', nodeId: 4 }] });
    expect(story(history.playground).at(-1)).toMatch(
      /refuses to remove node n4: conf-change-pending/,
    );
  });

  test('a step ends with something to be seen, and ends also when all is still', () => {
    const history = open('first-election');
    history.do({ type: 'step' });
    expect(story(history.playground)).toHaveLength(1);
    for (const node of [1, 2, 3, 4, 5]) history.do({ type: 'stop', node });
    run(history, 1_000);
    const { nowMs } = history.playground;
    history.do({ type: 'step' });
    expect(history.playground.nowMs).toBe(nowMs + 5_000);
  });

  test('time and writes have an end', () => {
    const history = open('transfer');
    for (let i = 0; i < WRITES_MAX + 3; i += 1) {
      history.do({ type: 'write', to: null });
      run(history, 150);
    }
    expect(history.playground.view().writes).toHaveLength(WRITES_MAX);
    run(history, 2 * RUN_MS_MAX);
    expect(history.playground.view()).toMatchObject({ nowMs: RUN_MS_MAX, isOver: true });
  });
});

describe('taking back', () => {
  test.each(SCENARIOS.map(({ id }) => id))('%s: playing again gives the same', (id) => {
    const history = open(id);
    run(history, 700);
    history.do({ type: 'write', to: null });
    for (let i = 0; i < 20; i += 1) run(history, 17);
    const before = history.playground.view();
    history.do({ type: 'stop', node: 1 });
    run(history, 1_234);
    history.undo();
    expect(history.playground.view()).toEqual(before);
  });

  test('one command at a time, down to the start', () => {
    const history = open('transfer');
    const start = history.playground.view();
    const commands: readonly Command[] = [{ type: 'stop', node: 2 }, { type: 'step' }];
    for (const command of commands) history.do(command);
    expect(history.canUndo).toBe(true);
    history.undo();
    expect(nodeOf(history.playground, 2).isRunning).toBe(false);
    history.undo();
    expect(history.playground.view()).toEqual(start);
    expect(history.canUndo).toBe(false);
    history.undo();
    expect(history.playground.view()).toEqual(start);
  });
});
