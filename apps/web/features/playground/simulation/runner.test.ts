import { expect, test } from 'vitest';
import type { Frame, SceneParts, WorkerMessage } from './protocol.ts';
import { PlaygroundRunner } from './runner.ts';

function started() {
  const posted: WorkerMessage[] = [];
  const runner = new PlaygroundRunner((message) => posted.push(structuredClone(message)));
  const frames = (): readonly Frame[] => posted.filter((message) => message.type === 'frame');
  /** What a page that has merged all frames shows. */
  const scene = (): Partial<SceneParts> =>
    Object.assign({}, ...frames().map(({ parts }) => parts)) as Partial<SceneParts>;
  return { runner, posted, frames, scene };
}

test('a scenario is posted as a whole, then only what changes', () => {
  const { runner, frames } = started();
  runner.receive({ type: 'load', scenario: 'transfer' });
  expect(Object.keys(frames()[0]?.parts ?? {})).toEqual(
    expect.arrayContaining(['nodes', 'messages', 'writes', 'story', 'cuts', 'canUndo']),
  );
  runner.receive({ type: 'do', command: { type: 'cut', a: 1, b: 2 } });
  const parts = frames()[1]?.parts ?? {};
  expect(parts.cuts).toEqual([{ a: 1, b: 2 }]);
  expect(parts.canUndo).toBe(true);
  expect(parts).not.toHaveProperty('nodes');
});

test('time passes only while playing, at the speed that was asked for', () => {
  const { runner, frames } = started();
  runner.receive({ type: 'load', scenario: 'first-election' });
  runner.frame(50);
  expect(frames()).toHaveLength(1);
  runner.receive({ type: 'play', speed: 0.05 });
  for (let i = 0; i < 40; i += 1) runner.frame(33);
  expect(frames().at(-1)?.nowMs).toBe(66);
  runner.receive({ type: 'pause' });
  runner.frame(50);
  expect(frames().at(-1)?.nowMs).toBe(66);
});

test('a machine that slept does not make time jump', () => {
  const { runner, frames } = started();
  runner.receive({ type: 'load', scenario: 'first-election' });
  runner.receive({ type: 'play', speed: 1 });
  runner.frame(60_000);
  expect(frames().at(-1)?.nowMs).toBe(100);
});

test('undo takes back the last command and the time since', () => {
  const { runner, scene, frames } = started();
  runner.receive({ type: 'load', scenario: 'transfer' });
  const before = structuredClone(scene());
  runner.receive({ type: 'do', command: { type: 'stop', node: 2 } });
  runner.receive({ type: 'play', speed: 1 });
  runner.frame(80);
  runner.receive({ type: 'undo' });
  expect(frames().at(-1)?.nowMs).toBe(1_000);
  expect(scene()).toEqual(before);
});

test('what goes wrong inside is posted, and the next load begins anew', () => {
  const { runner, posted, frames } = started();
  runner.receive({ type: 'load', scenario: 'transfer' });
  runner.receive({ type: 'do', command: { type: 'stop', node: 9 } });
  expect(posted.at(-1)).toEqual({
    type: 'fault',
    detail: expect.stringContaining('there is no node 9'),
  });
  runner.receive({ type: 'play', speed: 1 });
  runner.frame(50);
  expect(posted.at(-1)?.type).toBe('fault');
  runner.receive({ type: 'load', scenario: 'transfer' });
  expect(frames().at(-1)?.nowMs).toBe(1_000);
});
