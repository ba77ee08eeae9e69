import { verifyWebhook } from '@fleetlm/agent';
import type {
  AgentStatsAnswer,
  DeadLettersAnswer,
  DeliveriesAnswer,
  DeliveryAnswer,
  ReplayAnswer,
  RotatedSecret,
} from '@fleetlm/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { FakeAgent, HELLO, sse, stream } from '../src/effects/dispatch/testing/fake-agent.ts';
import { messagesOf, openSession, textOf } from './support/answers.ts';
import { type TestCluster, tokenFor } from './support/cluster.ts';
import { filesOf } from './support/files.ts';
import { OwnerBed, SETTLE } from './support/owner-bed.ts';

/** What the owner of an agent sees and does, with real nodes, a real Postgres and a real agent. */

const TOKEN = 'Bearer a-token-of-the-agent-owner';
let bed: OwnerBed;
let cluster: TestCluster;
let agent: FakeAgent;
let origin_url: string;

beforeAll(async () => {
  bed = await OwnerBed.start();
  cluster = bed.cluster;
});
afterAll(() => bed?.close());
beforeEach(async () => {
  agent = new FakeAgent();
  origin_url = await agent.listen();
});
afterEach(() => agent.close());

const NODES = ['n1', 'n2', 'n3'] as const;
const agentStats = (agentId: string, node = 'n1'): Promise<AgentStatsAnswer> =>
  bed.get<AgentStatsAnswer>(`/api/agents/${agentId}/stats`, node);
const hello: FakeAgent['handler'] = (_, response) => stream(response).end(sse(...HELLO));

test('every attempt is there, on every node, with its times and what went over the wire', async () => {
  agent.handler = (request, response, body) => {
    if (agent.calls.length === 1)
      response
        .writeHead(503, { 'retry-after': '0', 'set-cookie': 'id=a-cookie-of-the-agent' })
        .end(`you sent ${TOKEN}`);
    else hello(request, response, body);
  };
  const sessionId = await openSession(cluster, 'ann', {
    id: 'logged',
    origin_url: `${origin_url}/team`,
    headers: { authorization: TOKEN },
  });
  await bed.say(sessionId, 'ann', 'hi');
  const delivery = await bed.settled('logged', 'delivered');
  expect(delivery).toMatchObject({
    id: `${sessionId}:1`,
    agent_id: 'logged',
    user_id: 'ann',
    epoch: 1,
    through_seq: 1,
    is_replay: false,
    next_attempt_at: null,
    attempts: [
      {
        attempt: 1,
        state: 'failed',
        status: 503,
        error_code: 'http_status',
        first_token_ms: null,
        url: `${origin_url}/team/webhook`,
      },
      { attempt: 2, state: 'delivered', status: 200, error_code: null, next_attempt_at: null },
    ],
  });
  const second = delivery.attempts[1];
  expect(second?.first_byte_ms).toBeGreaterThan(0);
  expect(second?.first_token_ms).toBeGreaterThanOrEqual(second?.first_byte_ms ?? Number.NaN);
  expect(second?.total_ms).toBeGreaterThanOrEqual(second?.first_token_ms ?? Number.NaN);

  for (const node of NODES) {
    const one = () => bed.get<DeliveryAnswer>(`/api/agents/logged/deliveries/${delivery.id}`, node);
    // On a busy machine Postgres may take longer than an owner is made to wait.
    await expect.poll(async () => (await one()).sources.archive, SETTLE).toBe('ok');
    const answer = await one();
    expect(answer).toMatchObject({
      delivery: {
        attempts: [
          {
            request: { headers: { authorization: '[redacted]', 'webhook-id': delivery.id } },
            response: { headers: { 'retry-after': '0' }, body: 'you sent [redacted]' },
          },
          { response: { is_truncated: false, body: expect.stringContaining('Hello') } },
        ],
      },
    });
    const shown = JSON.stringify(answer);
    for (const secret of [TOKEN, 'a-cookie-of-the-agent', 'v1,'])
      expect(shown).not.toContain(secret);
    expect(cluster.node(node).output()).not.toContain(TOKEN);
  }
});

test('pages, states, and who may look', async () => {
  agent.handler = hello;
  const sessionId = await openSession(cluster, 'ben', { id: 'paged', origin_url });
  for (let turn = 1; turn <= 5; turn += 1) {
    await bed.say(sessionId, 'ben', `turn ${turn}`);
    await expect
      .poll(async () => (await messagesOf(cluster, sessionId, 'n1')).length, SETTLE)
      .toBe(turn * 2);
  }
  const seen: number[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const page: DeliveriesAnswer = await bed.deliveries('paged', query, 'n2');
    seen.push(...page.deliveries.map(({ epoch }) => epoch));
    cursor = page.next;
  }
  expect(seen).toEqual([5, 4, 3, 2, 1]);
  expect((await bed.deliveries('paged', '?state=failed')).deliveries).toEqual([]);
  const answers = await Promise.all([
    cluster.call('n1', 'GET', '/api/agents/paged/deliveries', { token: await tokenFor('ben') }),
    cluster.call('n1', 'GET', '/api/agents/unknown/deliveries'),
    cluster.call('n1', 'GET', '/api/agents/paged/deliveries?state=lost'),
    cluster.call('n1', 'GET', '/api/agents/paged/deliveries?cursor=7'),
    cluster.call('n1', 'GET', `/api/agents/paged/deliveries/${sessionId}:99`),
    cluster.call('n1', 'GET', '/api/agents/paged/deliveries/99'),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([403, 404, 422, 422, 404, 422]);
});

test('dead letters are grouped by what went wrong, and replayed once each', async () => {
  const sessions: string[] = [];
  agent.handler = (_, response, body) => {
    const { user_id } = JSON.parse(body);
    const echo = JSON.stringify({ no_chunk: true, you_sent: TOKEN });
    if (user_id === 'dee3') response.writeHead(200).end(echo);
    else response.writeHead(404).end('not here');
  };
  for (const userId of ['dee1', 'dee2', 'dee3']) {
    const headers = { authorization: TOKEN };
    const sessionId = await openSession(cluster, userId, { id: 'dead', origin_url, headers });
    sessions.push(sessionId);
    await bed.say(sessionId, userId, `hi from ${userId}`);
  }
  const groups = async (node = 'n1'): Promise<DeadLettersAnswer['groups']> =>
    (await bed.get<DeadLettersAnswer>('/api/agents/dead/dead-letters', node)).groups;
  await expect
    .poll(
      async () => (await groups()).map(({ error_code, count }) => [error_code, count]).sort(),
      SETTLE,
    )
    .toEqual([
      ['http_status', 2],
      ['invalid_answer', 1],
    ]);
  // An agent that quotes what it was sent: neither its owner's page nor the log says it again.
  const sent = [JSON.stringify(await groups()), ...NODES.map((id) => cluster.node(id).output())];
  expect(sent.filter((text) => text.includes(TOKEN.slice('Bearer '.length)))).toEqual([]);
  expect(sent.slice(1).some((text) => text.includes('dispatch-failed'))).toBe(true);
  const notFound = (await groups('n2')).find(({ error_code }) => error_code === 'http_status');
  expect(notFound).toMatchObject({ status: 404, error: expect.stringContaining('404') });
  const listed = await bed.get<DeadLettersAnswer>(
    `/api/agents/dead/dead-letters?group=${notFound?.id}`,
    'n3',
  );
  expect(listed.groups).toHaveLength(1);
  expect(listed.deliveries.map(({ session_id }) => session_id).sort()).toEqual(
    sessions.slice(0, 2).sort(),
  );

  await openSession(cluster, 'dee4', { id: 'other', origin_url });
  const replay = async (body: object): Promise<ReplayAnswer> => {
    const answer = await cluster.call('n2', 'POST', '/api/agents/dead/dead-letters/replay', {
      body,
    });
    expect(answer).toMatchObject({ status: 202 });
    return answer.body as unknown as ReplayAnswer;
  };
  agent.handler = hello;
  const before = agent.calls.length;
  const first = `${sessions[0]}:1`;
  expect(await replay({ ids: [first, first] })).toEqual({
    accepted: 1,
    replays: [{ id: first, delivery_id: `${sessions[0]}:2` }],
    refused: [],
    remaining: null,
  });
  await expect
    .poll(async () => (await messagesOf(cluster, sessions[0] ?? '', 'n1')).map(textOf), SETTLE)
    .toEqual(['hi from dee1', 'Hello']);
  expect(agent.calls.slice(before).map(({ headers }) => headers['webhook-id'])).toEqual([
    `${sessions[0]}:2`,
  ]);
  expect(
    (await bed.get<DeliveryAnswer>(`/api/agents/dead/deliveries/${sessions[0]}:2`)).delivery,
  ).toMatchObject({ state: 'delivered', is_replay: true });

  const again = await replay({ ids: [first, `${sessions[0]}:2`, `${sessions[0]}:9`] });
  expect(again).toMatchObject({ accepted: 0, replays: [] });
  expect(again.refused.map(({ code }) => code)).toEqual(['conflict', 'conflict', 'not_found']);
  expect(await messagesOf(cluster, sessions[0] ?? '', 'n1')).toHaveLength(2);

  expect(await replay({ group: notFound?.id })).toMatchObject({ accepted: 1, remaining: 0 });
  await expect
    .poll(async () => (await groups('n3')).map(({ error_code }) => error_code), SETTLE)
    .toEqual(['invalid_answer']);
  const refused = await Promise.all([
    cluster.call('n1', 'POST', '/api/agents/dead/dead-letters/replay', { body: {} }),
    cluster.call('n1', 'POST', '/api/agents/dead/dead-letters/replay', {
      body: { ids: [first] },
      token: await tokenFor('dee1'),
    }),
    cluster.call('n1', 'POST', '/api/agents/other/dead-letters/replay', {
      body: { ids: [`${sessions[2]}:1`] },
    }),
  ]);
  expect(refused.map(({ status }) => status)).toEqual([422, 403, 202]);
  expect(refused[2]?.body).toMatchObject({ accepted: 0, refused: [{ code: 'not_found' }] });
  // Three turns failed, and two of them were replayed: whichever node led them, each is counted once.
  expect((await agentStats('dead')).stats.last_24_h).toMatchObject({ delivered: 2, dead: 3 });
});

test('a rotated secret signs beside the one before it until the overlap ends, and is kept nowhere in the clear', async () => {
  agent.handler = hello;
  const registered = await cluster.call('n1', 'POST', '/api/agents', {
    body: { agent: { id: 'signed', name: 'Signed', origin_url, debounce_window_ms: 0 } },
  });
  const { secret: first } = (registered.body as unknown as { agent: { secret: string } }).agent;
  const sessionId = await openSession(cluster, 'sue', { id: 'signed', origin_url });
  let sent = 0;
  const called = async (): Promise<(typeof agent.calls)[number]> => {
    sent += 1;
    await bed.say(sessionId, 'sue', `question ${sent}`);
    await expect
      .poll(async () => (await messagesOf(cluster, sessionId, 'n1')).length, SETTLE)
      .toBe(2 * sent);
    const call = agent.calls.at(-1);
    if (call === undefined) throw new Error('the agent was not called');
    return call;
  };
  const isSignedWith = (call: (typeof agent.calls)[number], secret: string): boolean => {
    try {
      return verifyWebhook({ secret, ...call }).id === call.headers['webhook-id'];
    } catch {
      return false;
    }
  };
  const signatures = ({ headers }: (typeof agent.calls)[number]): number =>
    String(headers['webhook-signature']).split(' ').length;
  const rotate = async (overlap_s: number): Promise<RotatedSecret> => {
    const body = { overlap_s };
    const answer = await cluster.call('n2', 'POST', '/api/agents/signed/secret/rotate', { body });
    expect(answer.status).toBe(200);
    return answer.body as unknown as RotatedSecret;
  };

  expect(isSignedWith(await called(), first)).toBe(true);
  const { secret: second, previous_until } = await rotate(3_600);
  expect(Date.parse(previous_until ?? '')).toBeGreaterThan(Date.now());
  // The leader of the session's group learns of it with the next entry of the system group.
  await expect.poll(async () => signatures(await called()), SETTLE).toBe(2);
  const both = await called();
  expect([first, second].map((secret) => isSignedWith(both, secret))).toEqual([true, true]);

  const { secret: third } = await rotate(0);
  await expect.poll(async () => signatures(await called()), SETTLE).toBe(1);
  const { secret: fourth } = await rotate(1);
  await expect
    .poll(async () => {
      const call = await called();
      return [isSignedWith(call, fourth), isSignedWith(call, third)];
    }, SETTLE)
    .toEqual([true, false]);

  const shown = [
    JSON.stringify(await bed.get('/api/agents/signed')),
    JSON.stringify(await bed.get('/api/agents')),
    JSON.stringify(await bed.get('/api/agents/signed/deliveries')),
    JSON.stringify(await bed.get(`/api/agents/signed/deliveries/${sessionId}:1`)),
    ...[...cluster.nodes.values()].map((node) => node.output()),
    ...[...cluster.nodes.values()].flatMap((node) => filesOf(node.dataDirectory)),
    ...filesOf(bed.directory),
  ];
  // What is looked through really holds the registration.
  expect(shown.some((text) => text.includes('sealed1:'))).toBe(true);
  for (const secret of [first, second, third, fourth]) {
    const key = secret.slice('whsec_'.length);
    expect(shown.filter((text) => text.includes(key))).toEqual([]);
  }
  expect((await cluster.call('n1', 'POST', '/api/agents/unknown/secret/rotate')).status).toBe(404);
});

test('an agent is tested before it is registered and after, and nothing of it is kept', async () => {
  agent.handler = hello;
  const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  const tested = await cluster.call('n2', 'POST', '/api/agents/test', {
    body: { agent: { origin_url, headers: { 'x-key': TOKEN }, secret }, text: 'Are you there?' },
  });
  expect(tested).toMatchObject({
    status: 200,
    body: { test: { is_healthy: true, status: 200, error_code: null, chunk_count: 5 } },
  });
  expect(JSON.stringify(tested.body)).not.toContain(TOKEN);
  const [call] = agent.calls;
  expect(call === undefined ? null : verifyWebhook({ secret, ...call }).id).toMatch(/:1$/);
  expect(JSON.parse(call?.body ?? '{}').messages[0].content).toEqual({ text: 'Are you there?' });

  await openSession(cluster, 'tom', { id: 'tested', origin_url });
  agent.handler = (_, response) => response.writeHead(502).end('bad gateway');
  expect(await cluster.call('n3', 'POST', '/api/agents/tested/test')).toMatchObject({
    status: 200,
    body: { test: { is_healthy: false, status: 502, error_code: 'http_status' } },
  });
  expect((await bed.deliveries('tested')).deliveries).toEqual([]);
  const refused = await Promise.all([
    cluster.call('n1', 'POST', '/api/agents/test', { body: { agent: { origin_url: 'ftp://x' } } }),
    cluster.call('n1', 'POST', '/api/agents/unknown/test'),
    cluster.call('n1', 'POST', '/api/agents/tested/test', { token: await tokenFor('tom') }),
  ]);
  expect(refused.map(({ status }) => status)).toEqual([422, 404, 403]);
});

test('while Postgres is unreachable, pending and new attempts are listed, and marked as all that is known', async () => {
  agent.handler = (_, response) => response.writeHead(503, { 'retry-after': '60' }).end('busy');
  const sessionId = await openSession(cluster, 'cid', { id: 'away', origin_url });
  const dead = await openSession(cluster, 'cid', { id: 'lost', origin_url });
  await bed.withoutPostgres(async () => {
    await bed.say(sessionId, 'cid', 'hi');
    const waiting = await bed.settled('away', 'pending', 'n2');
    expect(waiting).toMatchObject({ attempts: [{ attempt: 1, status: 503 }] });
    expect(Date.parse(waiting.next_attempt_at ?? '')).toBeGreaterThan(Date.now());
    const { sources } = await bed.deliveries('away', '?state=pending', 'n3');
    expect(sources.archive).toBe('unavailable');
    expect(sources.nodes.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
    expect(sources.nodes.reduce((sum, { unwritten }) => sum + (unwritten ?? 0), 0)).toBe(1);
    const one = await bed.get<DeliveryAnswer>(`/api/agents/away/deliveries/${waiting.id}`, 'n3');
    expect(one.delivery.attempts[0]?.response?.body).toBe('busy');
    agent.handler = (_, response) => response.writeHead(400).end();
    await bed.say(dead, 'cid', 'hi');
    await bed.settled('lost', 'failed', 'n3');
    expect(await bed.get<DeadLettersAnswer>('/api/agents/lost/dead-letters', 'n3')).toMatchObject({
      groups: [{ error_code: 'http_status', status: 400, count: 1, example: `${dead}:1` }],
      sources: { archive: 'unavailable' },
    });
    // The user stops: no further attempt is wanted.
    expect((await cluster.call('n1', 'POST', `/api/sessions/${sessionId}/stop`)).status).toBe(202);
    await bed.settled('away', 'stopped', 'n3');
  });
  await expect
    .poll(async () => {
      const { sources, deliveries: found } = await bed.deliveries('away', '', 'n2');
      const unwritten = sources.nodes.map((node) => node.unwritten);
      return [sources.archive, ...unwritten, found[0]?.state];
    }, SETTLE)
    .toEqual(['ok', 0, 0, 0, 'stopped']);
});

test('how an agent does is summed over the nodes, and says which of them are missing', async () => {
  let release = (): void => undefined;
  agent.handler = (request, response, body) => {
    release = () => hello(request, response, body);
  };
  const sessionId = await openSession(cluster, 'eve', { id: 'watched', origin_url });
  expect((await agentStats('watched')).stats).toMatchObject({
    in_flight: 0,
    last_24_h: { delivered: 0, success_rate: null, first_token_ms: null, total_ms: null },
  });
  await bed.say(sessionId, 'eve', 'hi');
  await expect
    .poll(async () => (await agentStats('watched', 'n2')).stats.in_flight, SETTLE)
    .toBe(1);
  await expect.poll(() => agent.calls.length, SETTLE).toBe(1);
  release();
  await expect
    .poll(async () => (await agentStats('watched', 'n3')).stats.last_15_min.delivered, SETTLE)
    .toBe(1);
  const { stats: figures, nodes, is_complete } = await agentStats('watched');
  expect(figures).toMatchObject({
    retrying: 0,
    last_24_h: { delivered: 1, dead: 0, failed_attempts: 0, success_rate: 1 },
  });
  expect(figures.last_24_h.first_token_ms?.p95).toBeGreaterThan(0);
  expect(is_complete).toBe(true);
  expect(nodes.map(({ state, since }) => [state, since !== null])).toEqual(
    Array(3).fill(['ok', true]),
  );
  await cluster.node('n3').kill();
  await expect.poll(async () => (await agentStats('watched')).is_complete, SETTLE).toBe(false);
  const unreachable = { state: 'unreachable', reported_at: null, in_flight: null };
  expect((await agentStats('watched')).nodes[2]).toMatchObject(unreachable);
  expect((await bed.deliveries('watched')).sources).toMatchObject({
    nodes: [{ state: 'ok' }, { state: 'ok' }, { state: 'unreachable', unwritten: null }],
  });
  await cluster.revive();
});
