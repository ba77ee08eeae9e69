import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestCluster } from './support/cluster.ts';
import { clusterOf, operations, reached, settled, start } from './support/membership.ts';
import { SteadyLoad } from './support/steady-load.ts';
import { step } from './support/step.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start({ size: 1, env: { NODE_REPLACE_AFTER_MS: '2000' } });
});
afterAll(() => cluster.close());

/** Of all steps together, on a busy machine. */
const LIMIT_MS = 1_200_000;

/** The nodes that one step leaves are those that the next one finds, so this is one test. */
test(
  'the life of a cluster: it grows, loses nodes and shrinks under load, and nothing is lost',
  async () => {
    await step(
      'M1 one node grows to three under load, and each new one votes only when it is up to date',
      async () => {
        const load = new SteadyLoad(cluster, ['n1']);
        await load.begin(['ann', 'bob', 'cleo']);
        await load.more(10);
        await cluster.join('n2');
        await cluster.join('n3');
        await Promise.all([cluster.ready('n2'), cluster.ready('n3')]);
        await settled(cluster, 'n2', ['n1', 'n2', 'n3'], 3);
        for (const id of ['n2', 'n3']) await reached(cluster, 'n1', 'join', id, 'done');
        // The first one can be done without now.
        load.through = ['n2', 'n3'];
        await cluster.node('n1').kill('SIGKILL');
        await load.more(10);
        cluster.startNode('n1');
        await cluster.ready('n1');
        await load.endAndCheck('n3');
      },
    );
    await step('three grow to five under load; leaders are spread', async () => {
      const load = new SteadyLoad(cluster, ['n1', 'n2', 'n3']);
      await load.begin(['dan', 'eve', 'fay']);
      await load.more(5);
      await cluster.join('n4');
      await cluster.join('n5');
      await Promise.all([cluster.ready('n4'), cluster.ready('n5')]);
      const all = ['n1', 'n2', 'n3', 'n4', 'n5'];
      for (const id of ['n4', 'n5']) await reached(cluster, 'n4', 'join', id, 'done');
      await settled(cluster, 'n5', all, 3);
      load.through = all;
      await load.more(10);
      await load.endAndCheck('n4');
      const { status } = await start(cluster, 'n2', { kind: 'rebalance' });
      expect(status).toBe(202);
      await reached(cluster, 'n3', 'rebalance', null, 'done');
      const { nodes } = await clusterOf(cluster, 'n1');
      expect(nodes.map(({ membership }) => membership)).toEqual(all.map(() => 'active'));
      for (const { leaders } of nodes) expect(leaders ?? 0).toBeLessThanOrEqual(7);
    });
    await step(
      'M11 M13 draining: what it would do is seen before, a second change is refused, the coordinator may die',
      async () => {
        const { body } = await cluster.call('n3', 'POST', '/api/admin/operations/plan', {
          body: { kind: 'drain', node_id: 'n5' },
        });
        expect(body).toMatchObject({
          plan: { refusal: null, after: { active_nodes: 4, copies_min: 3, can_lose_a_node: true } },
        });
        const load = new SteadyLoad(cluster, ['n2', 'n3', 'n4']);
        await load.begin(['gus', 'hal']);
        const answers = await Promise.all([
          start(cluster, 'n2', { kind: 'drain', node_id: 'n5' }),
          start(cluster, 'n4', { kind: 'drain', node_id: 'n4' }),
        ]);
        expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
        const refused = answers.find(({ status }) => status === 409);
        const begun = answers.find(({ status }) => status === 202)?.operation;
        const drained = begun?.node_id ?? '';
        expect(refused?.detail).toContain(`drain of ${drained} is running (${begun?.id})`);
        // The lowest name coordinates; the next one goes on where it dies.
        await cluster.node('n1').kill('SIGKILL');
        await expect
          .poll(
            async () => (await cluster.call('n3', 'GET', '/api/admin/operations')).body.coordinator,
          )
          .toMatch(/^n[2-5]$/);
        cluster.startNode('n1');
        await cluster.ready('n1');
        await reached(cluster, 'n3', 'drain', drained, 'done');
        const late = await cluster.call('n2', 'POST', `/api/admin/operations/${begun?.id}/cancel`);
        expect(late.status).toBe(409);
        expect(late.body).toMatchObject({
          code: 'conflict',
          detail: 'the operation is already done: there is nothing to cancel',
        });
        const rest = ['n1', 'n2', 'n3', 'n4', 'n5'].filter((id) => id !== drained);
        await settled(cluster, 'n2', rest, 3);
        // Ready to stop, and back again under the same name and number.
        expect(await cluster.node(drained).kill('SIGTERM')).toBe(0);
        await load.more(5);
        cluster.startNode(drained);
        await cluster.ready(drained);
        expect((await start(cluster, 'n2', { kind: 'undrain', node_id: drained })).status).toBe(
          202,
        );
        await reached(cluster, 'n2', 'undrain', drained, 'done');
        await load.endAndCheck(drained);
      },
    );
    await step(
      'M3 a dead node is replaced after the grace period; when it is back, it gets its groups again',
      async () => {
        const load = new SteadyLoad(cluster, ['n1', 'n2', 'n3']);
        await load.begin(['ida', 'joe']);
        await cluster.node('n4').kill('SIGKILL');
        await reached(cluster, 'n1', 'replace', 'n4', 'done');
        await settled(cluster, 'n2', ['n1', 'n2', 'n3', 'n5'], 3);
        await load.more(5);
        cluster.startNode('n4');
        await cluster.ready('n4');
        await expect
          .poll(async () =>
            (await clusterOf(cluster, 'n1')).nodes.map(({ membership }) => membership),
          )
          .toEqual(['active', 'active', 'active', 'active', 'active']);
        await settled(cluster, 'n2', ['n1', 'n2', 'n3', 'n4', 'n5'], 3);
        await load.endAndCheck('n4');
      },
    );
    await step(
      'M8 a node that was wiped comes back as a new one, under its name, and learns before it votes',
      async () => {
        const load = new SteadyLoad(cluster, ['n1', 'n3', 'n4']);
        await load.begin(['kim', 'lea']);
        await load.more(5);
        const { dataDirectory } = cluster.node('n2');
        await cluster.node('n2').kill('SIGKILL');
        rmSync(dataDirectory, { recursive: true });
        cluster.startNode('n2');
        await reached(cluster, 'n1', 'join', 'n2', 'done');
        await cluster.ready('n2');
        const [join] = (await operations(cluster, 'n1')).filter(({ node_id }) => node_id === 'n2');
        expect(join?.kind).toBe('join');
        await settled(cluster, 'n3', ['n1', 'n2', 'n3', 'n4', 'n5'], 3);
        load.through = ['n1', 'n2'];
        await load.more(5);
        await load.endAndCheck('n2');
      },
    );
    await step(
      'M10 a node whose log is gone goes on as a new one, not as the one that it was',
      async () => {
        const { dataDirectory } = cluster.node('n3');
        await cluster.node('n3').kill('SIGKILL');
        rmSync(`${dataDirectory}/wal`, { recursive: true });
        rmSync(`${dataDirectory}/snapshots`, { recursive: true });
        const first = cluster.startNode('n3');
        expect(await first.exited).toBe(70);
        expect(first.output()).toContain('held a log, and it is gone');
        cluster.startNode('n3');
        await reached(cluster, 'n1', 'join', 'n3', 'done');
        await cluster.ready('n3');
      },
    );
    await step(
      'M2 M9 shrinking to three: a removed node learns of it, and never comes in again with its old directory',
      async () => {
        const load = new SteadyLoad(cluster, ['n1', 'n2', 'n3']);
        await load.begin(['mia', 'ned']);
        for (const id of ['n5', 'n4']) {
          expect((await start(cluster, id, { kind: 'remove', node_id: id })).status).toBe(202);
          await reached(cluster, 'n1', 'remove', id, 'done');
        }
        await settled(cluster, 'n2', ['n1', 'n2', 'n3'], 3);
        expect((await clusterOf(cluster, 'n1')).nodes.map(({ node_id }) => node_id).sort()).toEqual(
          ['n1', 'n2', 'n3'],
        );
        for (const id of ['n5', 'n4']) await cluster.node(id).kill('SIGKILL');
        const again = cluster.startNode('n4');
        expect(await again.exited).toBe(78);
        expect(again.output()).toContain('was removed from the cluster');
        await load.more(5);
        await load.endAndCheck('n3');
        const { body } = await cluster.call('n2', 'GET', '/api/admin/audit');
        const { entries } = body as unknown as {
          entries: { by: string; action: string; kind: string; node_id: string }[];
        };
        // What was under way elsewhere may have ended in between.
        expect(entries.filter(({ node_id }) => node_id === 'n4').slice(0, 2)).toMatchObject([
          { by: 'coordinator', action: 'done', kind: 'remove' },
          { by: 'api-key', action: 'started', kind: 'remove' },
        ]);
      },
    );
    await step(
      'all nodes restarted one after the other under load: nothing is lost, nothing comes twice',
      async () => {
        const load = new SteadyLoad(cluster, ['n1', 'n2', 'n3']);
        await load.begin(['ola', 'pia', 'quin']);
        for (const id of ['n1', 'n2', 'n3']) {
          await load.more(5);
          load.through = ['n1', 'n2', 'n3'].filter((node) => node !== id);
          expect(await cluster.node(id).kill('SIGTERM')).toBe(0);
          cluster.startNode(id);
          await cluster.ready(id);
        }
        await load.more(5);
        await load.endAndCheck('n2');
      },
    );
  },
  LIMIT_MS,
);
