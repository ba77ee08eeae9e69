import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { FakeAgent, HELLO, sse, stream } from '../src/effects/dispatch/testing/fake-agent.ts';
import { eventsOf, nextOf, type ReadEvent } from '../src/gateway/streams/testing/feed-reader.ts';
import { openSession } from './support/answers.ts';
import { API_KEY, TestCluster } from './support/cluster.ts';

let cluster: TestCluster;
let agent: FakeAgent;
const readers: AbortController[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start();
});
afterAll(() => cluster.close());
beforeEach(async () => {
  agent = new FakeAgent();
  await agent.listen();
});
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.abort();
  await agent.close();
  await cluster.revive();
});

async function follow(nodeId: string, path: string, lastEventId?: string): Promise<Response> {
  const reader = new AbortController();
  readers.push(reader);
  return fetch(`${cluster.node(nodeId).url}${path}`, {
    headers: {
      authorization: `Bearer ${API_KEY}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: reader.signal,
  });
}

async function say(nodeId: string, sessionId: string, text: string): Promise<void> {
  const body = { user_id: 'alice', content: { text }, client_message_id: text };
  const path = `/api/sessions/${sessionId}/messages`;
  const { status } = await cluster.insist(nodeId, 'POST', path, { body });
  expect([200, 201]).toContain(status);
}

/** The next events, up to the first that is meant. */
async function until(
  events: ReturnType<typeof eventsOf>,
  isMeant: (event: ReadEvent) => boolean,
): Promise<readonly ReadEvent[]> {
  const taken: ReadEvent[] = [];
  for (;;) {
    const [event] = await nextOf(events, 1);
    if (event === undefined) throw new Error('there is no event');
    taken.push(event);
    if (isMeant(event)) return taken;
  }
}

const isReply = ({ name, data }: ReadEvent) =>
  name === 'session:message' && data.kind === 'assistant';
const seqsOf = (events: readonly ReadEvent[]) =>
  events.flatMap(({ name, data }) => (name === 'session:message' ? [data.seq] : []));

test('the feeds of a conversation and of its inbox bring the question, the answer as it is made, and the reply', async () => {
  agent.handler = (_, response) => stream(response).end(sse(...HELLO));
  const sessionId = await openSession(cluster, 'alice', { id: 'hello', origin_url: agent.url });
  const events = eventsOf(await follow('n2', `/api/sessions/${sessionId}/events`));
  const inbox = eventsOf(await follow('n3', '/api/inbox/events?user_id=alice'));
  expect(await nextOf(events, 1)).toMatchObject([
    { name: 'session:joined', data: { last_seq: 0 } },
  ]);
  expect(await nextOf(inbox, 1)).toMatchObject([{ name: 'inbox:joined' }]);
  await say('n1', sessionId, 'hi');
  const seen = await until(events, isReply);
  expect(seqsOf(seen)).toEqual([1, 2]);
  const chunks = seen.filter(({ name }) => name === 'session:chunk');
  expect(chunks.map(({ data }) => data.index)).toEqual(chunks.map((_, index) => index));
  expect(chunks.length).toBeGreaterThan(2);
  const changed = await until(inbox, ({ data }) => JSON.stringify(data).includes('"last_seq":2'));
  expect(changed.at(-1)?.name).toBe('inbox:delta');
});

test('a reader whose node is killed goes on through another one, without a gap and without a double', async () => {
  const sessionId = await cluster.createSession('alice');
  const path = `/api/sessions/${sessionId}/events`;
  const first = eventsOf(await follow('n1', path));
  await nextOf(first, 1);
  for (let n = 1; n <= 5; n += 1) await say('n2', sessionId, `before ${n}`);
  const seen = await until(first, ({ data }) => data.seq === 5);
  await cluster.node('n1').kill('SIGKILL');
  await expect(until(first, () => false)).rejects.toThrow();
  for (let n = 1; n <= 5; n += 1) await say('n2', sessionId, `after ${n}`);
  const id = seen.findLast((event) => event.id !== null)?.id ?? '';
  expect(id).toBe('5');
  const again = eventsOf(await follow('n2', path, id));
  const caughtUp = await until(again, ({ name }) => name === 'session:joined');
  await say('n3', sessionId, 'live');
  const live = await until(again, ({ name }) => name === 'session:message');
  expect(seqsOf([...seen, ...caughtUp, ...live])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});
