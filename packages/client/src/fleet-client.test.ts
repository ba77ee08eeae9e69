import { textOfParts } from '@fleetlm/protocol/ui-stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TestLog, TestNode } from '../test/support/test-node.ts';
import { FleetClient, type FleetClientOptions } from './fleet-client.ts';
import { memoryOutbox } from './outbox/outbox-storage.ts';
import { visibleParts } from './session/live-answer.ts';
import { rowsOf } from './session/rows.ts';
import { answerMessage, message, SESSION_ID } from './session/testing.ts';

let log: TestLog;
let nodes: TestNode[];
let clients: FleetClient[];

beforeEach(async () => {
  log = new TestLog();
  nodes = await Promise.all([new TestNode(log).start(), new TestNode(log).start()]);
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.stop();
  await Promise.all(nodes.map((node) => node.kill()));
});

function connect(over: Partial<FleetClientOptions> = {}): FleetClient {
  const options = {
    nodes: nodes.map((node) => node.url),
    userId: 'demo',
    token: async () => 'good',
    ...over,
  };
  const client = new FleetClient(options);
  clients.push(client);
  client.start();
  return client;
}

function nodeOf(client: FleetClient): TestNode {
  const node = nodes.find((candidate) => candidate.url === client.connection.get().node);
  if (node === undefined) throw new Error('The client is at no node.');
  return node;
}

/** A condition is waited for as long as a busy machine needs; a second is not enough. */
const soon = (check: () => void): Promise<void> => vi.waitFor(check, 15_000);

async function openSession(client: FleetClient) {
  const store = client.session(SESSION_ID);
  store.open();
  await soon(() => expect(store.view.get().live).toBe(true));
  return store;
}

function rowTypes(client: FleetClient): readonly string[] {
  const { rows } = rowsOf(
    SESSION_ID,
    client.session(SESSION_ID).view.get().messages,
    client.outbox.entries.get(),
  );
  return rows.map((row) =>
    row.type === 'message'
      ? `#${row.message.seq} ${row.message.content.text}`
      : `${row.entry.status} ${row.entry.content.text}`,
  );
}

describe('FleetClient', () => {
  test('a message is shown at once, then committed with its seq, once', async () => {
    const client = connect();
    const store = await openSession(client);
    store.send({ text: 'Hello' });
    expect(rowTypes(client)).toEqual(['pending Hello']);
    await soon(() => expect(rowTypes(client)).toEqual(['#1 Hello']));
  });

  test('what is written without a connection goes out in order, once, when there is one', async () => {
    const client = connect({ nodes: [nodes[0]?.url ?? ''] });
    const store = await openSession(client);
    await nodes[0]?.kill();
    await soon(() => expect(client.connection.get().status).not.toBe('online'));
    for (const text of ['one', 'two', 'three']) store.send({ text });
    expect(rowTypes(client)).toEqual(['pending one', 'pending two', 'pending three']);
    const revived = new TestNode(log);
    nodes[0] = revived;
    await restartOn(revived, client.connection.get().node);
    await soon(() => expect(rowTypes(client)).toEqual(['#1 one', '#2 two', '#3 three']));
    expect(log.messages).toHaveLength(3);
  });

  test('when the ack is lost the same message is sent again, and is there once', async () => {
    const client = connect();
    const store = await openSession(client);
    const first = nodeOf(client);
    first.swallow = (event) => event === 'session:send' && first.kill() !== null;
    store.send({ text: 'Only once' });
    await soon(() => expect(rowTypes(client)).toEqual(['#1 Only once']));
    expect(log.messages).toHaveLength(1);
    nodes = nodes.filter((node) => node !== first);
  });

  test('unsent messages survive the end of the page', async () => {
    const storage = memoryOutbox();
    const offline = connect({ nodes: ['http://127.0.0.1:9'], outbox: storage });
    offline.session(SESSION_ID).send({ text: 'From before' });
    offline.stop();
    const client = connect({ outbox: storage });
    await openSession(client);
    await soon(() => expect(rowTypes(client)).toEqual(['#1 From before']));
  });

  test('a refused message says so, and can be thrown away', async () => {
    const client = connect();
    const store = await openSession(client);
    store.send({ text: 'refuse me' });
    await soon(() => expect(rowTypes(client)).toEqual(['failed refuse me']));
    const entry = client.outbox.entries.get()[0];
    client.outbox.discard(entry?.clientMessageId ?? '');
    expect(rowTypes(client)).toEqual([]);
  });

  test('when its node is killed the conversation goes on at another one, with nothing missing', async () => {
    const client = connect();
    const store = await openSession(client);
    const dead = nodeOf(client);
    await dead.kill();
    log.append(message(1, { content: { text: 'meanwhile' } }));
    await soon(() => expect(rowTypes(client)).toEqual(['#1 meanwhile']));
    expect(nodeOf(client)).not.toBe(dead);
    store.send({ text: 'and on' });
    await soon(() => expect(rowTypes(client)).toEqual(['#1 meanwhile', '#2 and on']));
  });

  test('a long conversation is joined page by page, and a lost live message is asked for again', async () => {
    for (let seq = 1; seq <= 120; seq += 1) log.append(message(seq));
    for (const node of nodes) node.pageSize = 50;
    const client = connect();
    const store = await openSession(client);
    await soon(() => expect(store.view.get().messages).toHaveLength(120));
    for (const node of nodes) node.dropSeq = 121;
    log.append(message(121));
    log.append(message(122));
    await soon(() => expect(store.view.get().messages).toHaveLength(122));
  });

  test('a resync that comes while a join is under way is not forgotten', async () => {
    for (const node of nodes) {
      node.beforeAck = (event) => {
        if (event !== 'session:join' || log.messages.length > 0) return;
        node.dropSeq = 1;
        log.append(message(1));
        node.broadcast('resync', { reason: 'the node that published it was lost' });
      };
    }
    const client = connect();
    const store = client.session(SESSION_ID);
    store.open();
    await soon(() => expect(store.view.get().messages).toHaveLength(1));
  });

  test('a very long conversation is opened near its end, with the rest to be had backwards', async () => {
    for (let seq = 1; seq <= 1_000; seq += 1) log.append(message(seq));
    const readBefore = async (_: string, before: number, limit: number) =>
      log.messages.slice(before - 1 - limit, before - 1);
    const store = await openSession(connect({ readBefore }));
    await soon(() => expect(store.view.get().messages.at(-1)?.seq).toBe(1_000));
    expect(store.view.get().messages).toHaveLength(60);
    expect(store.view.get().hasOlder).toBe(true);
    await store.loadOlder();
    expect(store.view.get().messages[0]?.seq).toBe(891);
  });

  test('a client that joins in the middle of an answer gets it from its first content, then live, then as a message', async () => {
    log.chunk(1, 0, { type: 'start' });
    log.chunk(1, 1, { type: 'text-start', id: 't' });
    log.chunk(1, 2, { type: 'text-delta', id: 't', delta: 'Once ' });
    const store = await openSession(connect());
    const text = () => {
      const answer = store.answer.get();
      return answer === null ? null : textOfParts(visibleParts(answer));
    };
    expect(text()).toBe('Once ');
    log.chunk(1, 3, { type: 'text-delta', id: 't', delta: 'upon' });
    await soon(() => expect(text()).toBe('Once upon'));
    log.stream = null;
    log.append(answerMessage(1, 1, 'Once upon'));
    await soon(() => expect(text()).toBeNull());
    expect(store.view.get().messages).toHaveLength(1);
  });

  test('a token that the node refuses is renewed silently', async () => {
    const tokens = ['bad', 'good'];
    const client = connect({ token: async () => tokens.shift() ?? 'good' });
    await soon(() => expect(client.connection.get().status).toBe('online'));
  });

  test('signed out, it waits for a user, and continues when retried', async () => {
    let token: string | null = null;
    const client = connect({ token: async () => token });
    await soon(() => expect(client.connection.get().status).toBe('signed_out'));
    token = 'good';
    client.wake();
    await soon(() => expect(client.connection.get().status).toBe('online'));
  });

  test('the read cursor is sent once a second at most, and only forward', async () => {
    for (let seq = 1; seq <= 5; seq += 1) log.append(message(seq));
    const client = connect();
    const store = await openSession(client);
    store.markRead(2);
    store.markRead(5);
    store.markRead(4);
    await soon(() => expect(log.lastReadSeq).toBe(5));
    const sent = nodeOf(client).seen.filter((line) => line.startsWith('session:read'));
    expect(sent).toHaveLength(2);
    expect(store.view.get().lastReadSeq).toBe(5);
  });
});

/** Listens where a killed node was. */
async function restartOn(node: TestNode, url: string): Promise<void> {
  node.listenOn(Number(new URL(url).port));
  await node.start();
}
