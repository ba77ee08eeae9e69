import { expect, test } from 'vitest';
import { AgentSecrets } from './agent-secrets.ts';
import {
  EVENT_REQUESTS_MAX,
  NodeEvents,
  type NodeEventsPorts,
  subscriptionSecrets,
} from './events.ts';
import { SecretBox } from './secret-box.ts';

const secrets = new AgentSecrets(new SecretBox(['a passphrase of thirty-two characters']), () => 0);
const other = new AgentSecrets(new SecretBox(['another passphrase of 32 characters..']), () => 0);

type Engine = NodeEventsPorts['engine'];
type Subscription = NonNullable<Awaited<ReturnType<Engine['subscriptions']['get']>>>;

/** An engine that has one subscription, and whose Postgres may be away. */
function bedOf(post: Engine['post'] = async () => ({ type: 'delivered', status: 200 })) {
  const failures: unknown[] = [];
  const kept = new Map<string, Subscription>();
  const bed = { isAway: false, failures, kept };
  const ask = (): void => {
    if (bed.isAway) throw new Error('connect ECONNREFUSED 10.0.0.7:5432');
  };
  const store: Pick<Engine['store'], 'bounds' | 'after' | 'bodies'> = {
    bounds: async () => {
      ask();
      return { expired: 10, newest: 20 };
    },
    after: async () => [],
    bodies: async () => [],
  };
  const subscriptions: Pick<Engine['subscriptions'], 'get' | 'insert' | 'patch'> = {
    get: async (id) => {
      ask();
      return kept.get(id) ?? null;
    },
    insert: async (draft) => {
      ask();
      kept.set(draft.id, { ...draft, startsAfter: 20 });
      return kept.get(draft.id) ?? null;
    },
    patch: async (id, patch) => {
      const present = kept.get(id);
      if (present === undefined) return null;
      const changed = { ...present, ...patch };
      kept.set(id, changed);
      return changed;
    },
  };
  const events = new NodeEvents({
    // Only what is asked for is there.
    engine: Object.assign(Object.create(null), {
      store,
      subscriptions,
      deliverer: { subscriptionsChanged: () => undefined },
      post,
    }),
    secrets,
    wallClockMs: () => 1_000,
    onFailure: (error) => failures.push(error),
  });
  return { ...bed, bed, events };
}

const SETTINGS = {
  url: 'https://backend.example/',
  types: ['run.failed'],
  description: null,
  status: 'enabled',
} as const;

async function subscribed(events: NodeEvents): Promise<string> {
  const result = await events.subscribe(SETTINGS);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value.subscription.id;
}

test('a secret is kept sealed, and opens for its subscription alone', async () => {
  const { events, kept } = bedOf();
  const result = await events.subscribe(SETTINGS);
  if (!result.ok) throw new Error(result.error.detail);
  const { subscription, secret } = result.value;
  expect(JSON.stringify([...kept])).not.toContain(secret);
  expect(subscriptionSecrets(secrets, subscription)).toEqual([secret]);
  expect(subscriptionSecrets(other, subscription)).toBeNull();
  expect(subscriptionSecrets(secrets, { ...subscription, id: 'sub_other' })).toBeNull();
});

test('a rotated secret signs beside the one before it, until the overlap ends', async () => {
  const { events, kept } = bedOf();
  const id = await subscribed(events);
  const before = subscriptionSecrets(secrets, kept.get(id) ?? never());
  const rotated = await events.rotateSecret(id, 60_000);
  expect(rotated).toMatchObject({ ok: true, value: { previousUntilMs: 61_000 } });
  const both = subscriptionSecrets(secrets, kept.get(id) ?? never());
  expect(both).toEqual([rotated.ok ? rotated.value.secret : '', before?.[0]]);
  await events.rotateSecret(id, 0);
  expect(subscriptionSecrets(secrets, kept.get(id) ?? never())).toHaveLength(1);
});

test('makes EVENT_REQUESTS_MAX tests at a time and refuses the next', async () => {
  const waiting: (() => void)[] = [];
  const { events } = bedOf(
    () =>
      new Promise((resolve) => {
        waiting.push(() => resolve({ type: 'delivered', status: 200 }));
      }),
  );
  const id = await subscribed(events);
  const tests = Array.from({ length: EVENT_REQUESTS_MAX }, () => events.test(id));
  await expect.poll(() => waiting.length).toBe(EVENT_REQUESTS_MAX);
  expect(await events.test(id)).toMatchObject({ ok: false, error: { code: 'overloaded' } });
  for (const answer of waiting) answer();
  expect(await Promise.all(tests)).toContainEqual(expect.objectContaining({ ok: true }));
  expect(waiting).toHaveLength(EVENT_REQUESTS_MAX);
});

test('a cursor that has expired, or is of another archive, is a conflict that says what to do', async () => {
  const { events } = bedOf();
  const list = (after: number | null) => events.list({ after, types: [], limit: 5 });
  expect(await list(9)).toMatchObject({ error: { code: 'conflict' } });
  expect(await list(21)).toMatchObject({ error: { code: 'conflict' } });
  for (const after of [null, 0, 10, 20])
    expect(await list(after)).toEqual({
      ok: true,
      value: { events: [], next: 20, hasMore: false },
    });
});

test('without Postgres the answer names no address, the log does', async () => {
  const { events, bed, failures } = bedOf();
  bed.isAway = true;
  const answer = await events.subscribe(SETTINGS);
  expect(answer).toMatchObject({ error: { code: 'archive_unavailable' } });
  expect(JSON.stringify(answer)).not.toContain('10.0.0.7');
  expect(String(failures[0])).toContain('10.0.0.7');
});

function never(): never {
  throw new Error('it is not there');
}
