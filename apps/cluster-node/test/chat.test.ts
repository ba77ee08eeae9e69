import { groupOfUser } from '@fleetlm/protocol';
import { isToolUIPart } from 'ai';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ChatPage, textOf } from './support/chat-page.ts';
import { API_KEY, TestCluster, tokenFor } from './support/cluster.ts';
import {
  FINISH,
  gate,
  mailBob,
  SdkAgent,
  say,
  TEXT,
  twoHalves,
  word,
} from './support/sdk-agent.ts';

let cluster: TestCluster;
const agent = new SdkAgent();
const { requests } = agent;

beforeAll(async () => {
  const originUrl = await agent.listen();
  cluster = await TestCluster.start();
  const { status } = await cluster.call('n1', 'POST', '/api/agents', {
    body: {
      agent: {
        id: 'sdk',
        name: 'SDK',
        origin_url: originUrl,
        webhook_path: '/api/chat',
        debounce_window_ms: 0,
      },
    },
  });
  expect(status).toBe(201);
});
afterEach(async () => {
  agent.script = () => say('Hello', ' there');
  await cluster.revive();
});
afterAll(async () => {
  agent.close();
  await cluster.close();
});

test('useChat and an AI SDK handler, both unmodified, talk through the cluster', async () => {
  const page = new ChatPage(cluster, 'n1', 'chat-one', 'ann');
  expect(await page.say('Hi')).toBe('Hello there');
  expect(await page.say('Again')).toBe('Hello there');
  const log = await page.log();
  expect(log.map(({ kind }) => kind)).toEqual(['text', 'assistant', 'text', 'assistant']);
  // The message that the page has is the message in the log, under the same id.
  expect(page.messages.at(-1)?.id).toBe(log.at(-1)?.id);
  expect(page.messages.at(-1)?.parts).toEqual(log.at(-1)?.content.parts);
  expect(requests.at(-1)?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  // The page's own id names the same session through every node.
  const other = new ChatPage(cluster, 'n3', 'chat-one', 'ann');
  other.messages = page.messages;
  expect(await other.say('Third')).toBe('Hello there');
  expect(other.session).toBe(page.session);
});

test('what was sent twice is answered once', async () => {
  const page = new ChatPage(cluster, 'n1', 'chat-twice', 'bea');
  await page.say('Once');
  const sent = page.messages[0];
  if (sent === undefined) throw new Error('nothing was sent');
  const again = new ChatPage(cluster, 'n2', 'chat-twice', 'bea');
  again.messages = [sent];
  expect(await again.all(again.submit())).toBe('Hello there');
  expect(await again.log()).toHaveLength(2);
  expect(again.messages.at(-1)?.id).toBe(page.messages.at(-1)?.id);
});

test('a reload in mid-answer resumes it from its first chunk, on any node; nothing runs: 204', async () => {
  const { passed, open } = gate();
  agent.script = twoHalves(passed);
  const page = new ChatPage(cluster, 'n1', 'chat-reload', 'cat');
  page.messages.push(page.user('Tell me'));
  const states = page.submit();
  for await (const state of states) if (textOf(state) === 'First half,') break;
  const reloaded = new ChatPage(cluster, 'n3', 'chat-reload', 'cat');
  const resumed = reloaded.resume();
  const first = await resumed.next();
  expect(first.value).toMatchObject({ id: page.messages.at(-1)?.id });
  open();
  expect(await reloaded.all(resumed)).toBe('First half, second half.');
  await expect
    .poll(
      async () => (await reloaded.transport.reconnectToStream({ chatId: 'chat-reload' })) === null,
    )
    .toBe(true);
});

test('stop from the page ends the stream for its readers, and keeps what was streamed', async () => {
  agent.script = async function* () {
    yield TEXT.start;
    yield word('Word');
    await new Promise(() => undefined);
  };
  const page = new ChatPage(cluster, 'n1', 'chat-stop', 'dan');
  page.messages.push(page.user('Tell me'));
  let stopped = false;
  for await (const state of page.submit()) {
    if (textOf(state) !== 'Word' || stopped) continue;
    stopped = true;
    const { status } = await cluster.call('n2', 'POST', `/api/sessions/${page.session}/stop`);
    expect(status).toBe(202);
  }
  expect(page.messages.at(-1)?.parts).toContainEqual({ type: 'text', text: 'Word', state: 'done' });
  const log = await page.log();
  expect(log.at(-1)).toMatchObject({ metadata: { termination: 'stop' } });
});

test('an approval goes on with the message that asked, and the agent finds its signature untouched', async () => {
  agent.script = mailBob;
  const page = new ChatPage(cluster, 'n2', 'chat-approval', 'eve');
  await page.say('Mail bob');
  const asking = page.messages.at(-1);
  const part = asking?.parts.find(isToolUIPart);
  expect(part).toMatchObject({
    state: 'approval-requested',
    approval: { signature: expect.any(String) },
  });
  if (asking === undefined || part?.approval === undefined)
    throw new Error('no approval was asked for');
  // As `addToolApprovalResponse` writes it, by a browser that lost the signature and changed the input.
  const answered = {
    ...part,
    input: { to: 'mallory' },
    state: 'approval-responded',
    approval: { id: part.approval.id, approved: true },
  } as typeof part;
  page.messages = [
    ...page.messages.slice(0, -1),
    { ...asking, parts: asking.parts.map((one) => (one === part ? answered : one)) },
  ];
  const text = await page.all(page.submit());
  expect(text).toBe('Sent.');
  expect(agent.mails).toEqual([{ to: 'bob' }]);
  expect(page.messages.at(-1)?.id).toBe(asking.id);
  const log = await page.log();
  expect(log.map(({ kind }) => kind)).toEqual(['text', 'assistant', 'tool-response', 'assistant']);
  expect(log.at(-1)?.content.id).toBe(asking.id);
  const kept = log.at(-1)?.content.parts?.find(isToolUIPart);
  expect(kept).toMatchObject({
    state: 'output-available',
    input: { to: 'bob' },
    approval: { signature: part.approval.signature },
  });
  // The page reads the same message as the log keeps.
  expect(page.messages.at(-1)?.parts.map(({ type }) => type)).toEqual(
    log.at(-1)?.content.parts?.map(({ type }) => type),
  );
});

test('another answer and an edited question branch off; the agent sees the newest branch alone', async () => {
  const page = new ChatPage(cluster, 'n3', 'chat-branch', 'fay');
  await page.say('One');
  await page.say('Two');
  const last = page.messages.at(-1);
  if (last === undefined) throw new Error('no answer');
  page.messages = page.messages.slice(0, -1);
  await page.all(page.submit({ trigger: 'regenerate-message', messageId: last.id }));
  expect(requests.at(-1)).toMatchObject({ trigger: 'regenerate-message' });
  expect(requests.at(-1)?.messages.map(textOf)).toEqual(['One', 'Hello there', 'Two']);
  const first = page.messages[0];
  if (first === undefined) throw new Error('no question');
  page.messages = [{ ...first, parts: [{ type: 'text', text: 'One, edited' }] }];
  await page.all(page.submit({ messageId: first.id }));
  expect(requests.at(-1)?.messages.map(textOf)).toEqual(['One, edited']);
  expect(await page.log()).toHaveLength(8);
});

test('a node that is killed in mid-answer: the page that can take words back reads the whole answer', async () => {
  let calls = 0;
  agent.script = async function* () {
    calls += 1;
    yield TEXT.start;
    yield word(calls === 1 ? 'Lost half' : 'The whole answer');
    if (calls === 1) await new Promise(() => undefined);
    yield TEXT.end;
    yield FINISH;
  };
  const group = groupOfUser('gus', cluster.groups);
  const leaderOf = async (): Promise<string> => {
    const { body } = await cluster.call('n1', 'GET', `/api/admin/groups/${group}`);
    return (body as unknown as { group: { leader: string | null } }).group.leader ?? '';
  };
  await expect.poll(leaderOf).not.toBe('');
  const leader = await leaderOf();
  // The reader's own node may be the one that dies: then it asks another, which is the test of the reload.
  const page = new ChatPage(cluster, leader === 'n1' ? 'n2' : 'n1', 'chat-kill', 'gus');
  page.messages.push(page.user('Tell me'));
  let killed = false;
  let text = '';
  for await (const state of page.submit()) {
    text = textOf(state);
    if (text !== 'Lost half' || killed) continue;
    killed = true;
    await cluster.node(leader).kill('SIGKILL');
  }
  expect(text).toBe('The whole answer');
});

test('a request that is no chat says what is wrong with it', async () => {
  const send = async (body: unknown, token?: string) =>
    cluster.call('n1', 'POST', '/api/chat', { body, ...(token === undefined ? {} : { token }) });
  const token = await tokenFor('hal');
  const message = { id: 'm1', role: 'user', parts: [{ type: 'text', text: 'x' }] };
  const chat = { id: 'chat-wrong', messages: [message], trigger: 'submit-message' };
  expect((await send({ ...chat, messages: [] }, token)).status).toBe(422);
  expect((await send(chat, token)).status).toBe(404);
  expect(await send({ ...chat, agent_id: 'unknown' }, token)).toMatchObject({ status: 422 });
  expect(await send({ ...chat, agent_id: 'sdk' }, API_KEY)).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'id' }] },
  });
  const assistant = { id: 'a1', role: 'assistant', parts: [] };
  expect((await send({ ...chat, agent_id: 'sdk', messages: [assistant] }, token)).status).toBe(422);
  const bad = { ...message, parts: [{ type: 'text', text: 'a\u0000b' }] };
  expect((await send({ ...chat, agent_id: 'sdk', messages: [bad] }, token)).status).toBe(422);
});
