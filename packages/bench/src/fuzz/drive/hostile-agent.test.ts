import { freePorts } from '@fleetlm/database/free-ports';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WebhookCase } from '../inputs/case.ts';
import { HONEST_TEXT, HostileAgent } from './hostile-agent.ts';

let agent: HostileAgent;
let url: string;

beforeEach(async () => {
  const [port = 0] = await freePorts(1);
  agent = await HostileAgent.listen(port);
  url = `http://127.0.0.1:${port}/webhook`;
});
afterEach(() => agent.close());

function call(sessionId: string, epoch = 1): Promise<Response> {
  const body = JSON.stringify({ session_id: sessionId, epoch, attempt: 1 });
  return fetch(url, { method: 'POST', body });
}

const one: WebhookCase = {
  name: 'x',
  edge: 'webhook',
  agent: 'queue',
  answer: [
    { payload: 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n' },
    { payload: 'ab', times: 3 },
  ],
  ending: 'end',
};

test('a session without a case gets an honest reply', async () => {
  expect(await (await call('s')).text()).toContain(HONEST_TEXT);
});

test("a session's case is answered byte by byte, and its calls are counted by epoch", async () => {
  agent.play('s', one);
  expect(await (await call('s')).text()).toBe('ababab');
  await call('s').then((response) => response.text());
  await call('s', 2).then((response) => response.text());
  expect([...agent.callsOf('s')]).toEqual([
    [1, 2],
    [2, 1],
  ]);
  agent.forget('s');
  expect([...agent.callsOf('s')]).toEqual([]);
});

test('later calls are answered well when the case is over', async () => {
  agent.play('s', { ...one, calls: 1 });
  expect(await (await call('s')).text()).toBe('ababab');
  expect(await (await call('s')).text()).toContain(HONEST_TEXT);
});

test('a reset breaks the call off', async () => {
  agent.play('s', { ...one, answer: [], ending: 'reset' });
  await expect(call('s')).rejects.toThrow();
});
