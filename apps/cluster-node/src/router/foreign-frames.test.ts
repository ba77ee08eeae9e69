import { Packr } from 'msgpackr';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { RemoteCalls } from './remote-calls.ts';

const packr = new Packr({ useRecords: false });

function calls() {
  const answers: Uint8Array[] = [];
  const remote = new RemoteCalls({
    log: pino({ enabled: false }),
    sendRequest: () => true,
    sendResponse: (_, frame) => {
      answers.push(frame);
      return true;
    },
    execute: () => undefined,
  });
  return { remote, answers };
}

const FOREIGN: readonly [string, Uint8Array][] = [
  ['nothing', new Uint8Array(0)],
  ['text', packr.pack('x')],
  ['a list without a version', packr.pack(['x', 1])],
  ['an object', packr.pack({ version: 1 })],
  ['100,000 lists in each other', new Uint8Array(100_000).fill(0x91)],
];

test.each(FOREIGN)('the connection is closed of a peer that sends %s', (_, frame) => {
  const { remote, answers } = calls();
  expect([remote.handleRequest('n2', frame), remote.handleResponse('n2', frame)]).toEqual([
    false,
    false,
  ]);
  expect(answers).toEqual([]);
});

test('a node of another version is answered and keeps its connection', () => {
  const { remote, answers } = calls();
  expect(remote.handleRequest('n2', packr.pack([1, 7, { type: 'later' }]))).toBe(true);
  expect(answers).toHaveLength(1);
  expect(remote.handleRequest('n2', packr.pack([2, { number: 7 }]))).toBe(true);
  expect(remote.handleResponse('n2', packr.pack([2, { number: 7 }]))).toBe(true);
});
