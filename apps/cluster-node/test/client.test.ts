import { FleetClient } from '@fleetlm/client';
import { ClusterFeed } from '@fleetlm/client/admin';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestCluster, tokenFor } from './support/cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start({ size: 3 });
});
afterAll(() => cluster.close());

interface Watchable<T> {
  get(): T;
  subscribe(listener: () => void): () => void;
}

/** Resolves as soon as the store's value is what is waited for. */
function until<T>(store: Watchable<T>, isIt: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (!isIt(store.get())) return;
      stop();
      resolve(store.get());
    };
    const stop = store.subscribe(check);
    check();
  });
}

test('the client keeps a conversation over the node that it is connected to being killed', async () => {
  const sessionId = await cluster.createSession('alice');
  const urls = new Map([...cluster.nodes].map(([id, { url }]) => [url, id]));
  const client = new FleetClient({
    nodes: [...urls.keys()],
    userId: 'alice',
    token: () => tokenFor('alice'),
  });
  client.start();
  try {
    const session = client.session(sessionId);
    session.open();
    session.send({ text: 'one' });
    await until(session.view, ({ messages }) => messages.length === 1);

    const { node } = client.connection.get();
    await cluster.node(urls.get(node) ?? '').kill('SIGKILL');
    session.send({ text: 'two' });
    session.send({ text: 'three' });
    const { messages } = await until(session.view, (view) => view.messages.length === 3);
    expect(messages.map(({ seq, content }) => [seq, content.text])).toEqual([
      [1, 'one'],
      [2, 'two'],
      [3, 'three'],
    ]);
    expect(client.connection.get().node).not.toBe(node);
    expect(client.outbox.entries.get()).toEqual([]);
  } finally {
    client.stop();
  }
});

test('the feed of the cluster comes over the namespace of operators, and only to them', async () => {
  const nodes = [...cluster.nodes.values()].map(({ url }) => url);
  const feed = new ClusterFeed({ nodes, token: () => tokenFor('root', 'admin') });
  const outsider = new ClusterFeed({ nodes, token: () => tokenFor('alice') });
  feed.start();
  outsider.start();
  try {
    const state = await until(feed.state, (known) => known.nodes.length === 3);
    expect(state.nodes.map(({ node_id }) => node_id).sort()).toEqual(['n1', 'n2', 'n3']);
    // The node that was killed is tried too; one that lives says why not.
    await until(outsider.connection, ({ lastError }) => lastError?.includes('admin') === true);
    expect(outsider.connection.get().everOnline).toBe(false);
  } finally {
    feed.stop();
    outsider.stop();
  }
});
