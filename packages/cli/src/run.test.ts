import { problem } from '@fleetlm/protocol';
import { describe, expect, test } from 'vitest';
import { EXIT, EXIT_MEANINGS } from './exit-codes.ts';
import { ANSWER_BYTES_MAX, CALL_TIMEOUT_MS, WAIT_S_MAX } from './limits.ts';
import { commandReference } from './reference.ts';
import { answering, runCli } from './testing/run-cli.ts';

const running = {
  id: 'op-1',
  kind: 'drain',
  node_id: 'n3',
  group: null,
  requested_by: 'api-key',
  state: 'running',
  started_at: '2026-11-30T00:00:00.000Z',
  ended_at: null,
  detail: '',
  progress: { done: 1, total: 2, stuck: [{ group: 4, reason: 'n2 is behind' }] },
};
const plan = {
  refusal: null,
  moves: [],
  leaders_to_move: 3,
  leader_moves: [],
  after: { active_nodes: 2, copies_min: 2, can_lose_a_node: false },
  warnings: ['no node could be lost afterwards'],
};

function network(code: string): typeof globalThis.fetch {
  return () => Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: { code } }));
}

describe('what fails is explained, with its exit code', () => {
  test.each([
    ['ECONNREFUSED', 'nothing listens there'],
    ['ENOTFOUND', 'there is no host of that name'],
    ['EXOTIC', 'not reachable (EXOTIC)'],
  ])('unreachable: %s', async (code, reason) => {
    const { code: exit, stderr } = await runCli(['status'], { fetch: network(code) });
    expect(exit).toBe(EXIT.unreachable);
    expect(stderr).toContain(reason);
    expect(stderr).toContain('--url');
  });

  test.each([
    ['unauthenticated', EXIT.unauthorized],
    ['forbidden', EXIT.unauthorized],
    ['not_found', EXIT.no],
    ['conflict', EXIT.no],
    ['no_quorum', EXIT.temporary],
    ['overloaded', EXIT.temporary],
    ['internal', EXIT.internal],
  ] as const)('%s', async (code, exit) => {
    const refusal = problem({ code, detail: 'the reason of the node' });
    const fetch = answering(refusal.status, refusal);
    const run = await runCli(['operations', 'cancel', 'op-1'], { fetch });
    expect(run.code).toBe(exit);
    expect(run.stderr).toContain('the reason of the node');
  });

  test.each([
    ['the web app', 200, '<html></html>'],
    ['a later version', 200, { cluster: [] }],
    ['no FleetLM at all', 404, 'not here'],
    ['a redirect', 302, ''],
  ])('%s answers', async (_, status, body) => {
    const run = await runCli(['status'], { fetch: answering(status, body) });
    expect(run.code).toBe(EXIT.wrongVersion);
    expect(run.stderr).toContain('not as fleetlm 1.2.3 knows it');
  });

  test('an answer without end is not read to its end', async () => {
    const fetch = answering(200, `"${'a'.repeat(ANSWER_BYTES_MAX)}"`);
    expect(await runCli(['status'], { fetch })).toMatchObject({ code: EXIT.wrongVersion });
  });

  test('a node that never answers is given up', async () => {
    let signal: AbortSignal | null | undefined;
    const fetch: typeof globalThis.fetch = async (_, init) => {
      signal = init?.signal;
      throw new DOMException('', 'TimeoutError');
    };
    const run = await runCli(['status'], { fetch });
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(run.code).toBe(EXIT.unreachable);
    expect(run.stderr).toContain(`no answer within ${CALL_TIMEOUT_MS / 1000} s`);
  });

  test('no token is asked for before a node is', async () => {
    const run = await runCli(['status'], { env: {} });
    expect(run.code).toBe(EXIT.unauthorized);
    expect(run.stderr).toContain('FLEETLM_TOKEN');
  });

  test.each([
    [['unknown']],
    [['drain']],
    [['group', 'show', '999']],
    [['group', 'revive', '7']],
    [['group', 'revive', '7', '--index', 'x', '--term', '1', '--digest', 'y']],
    [['drain', 'n1', '--timeout', '0']],
    [['drain', 'n1', '--timeout', String(WAIT_S_MAX + 1)]],
    [['status', '--colour']],
    [['completion', 'tcsh']],
  ])('a wrong command line: %j', async (args) => {
    const run = await runCli(args);
    expect(run.code).toBe(EXIT.usage);
    expect(run.stderr).not.toBe('');
  });

  test('with --json the failure is a document, too', async () => {
    const { stdout } = await runCli(['status', '--json'], { fetch: network('ECONNREFUSED') });
    expect(JSON.parse(stdout)).toMatchObject({ error: { exit_code: EXIT.unreachable } });
  });

  test('a program that this installation lacks', async () => {
    for (const args of [['start'], ['restore'], ['account', '--email', 'a@b.c'], ['torture']])
      expect(await runCli(args)).toMatchObject({ code: EXIT.configuration });
  });
});

describe('operations', () => {
  /** Answers each call with what its path and method name. */
  function node(answers: Readonly<Record<string, () => readonly [number, unknown]>>) {
    const calls: string[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const call = `${init?.method} ${new URL(String(input)).pathname}`;
      calls.push(call);
      const [status, body] = answers[call]?.() ?? [500, ''];
      return new Response(JSON.stringify(body), { status });
    };
    return { fetch, calls };
  }
  const PLAN = 'POST /api/admin/operations/plan';
  const START = 'POST /api/admin/operations';
  const GET = 'GET /api/admin/operations/op-1';

  test('one whose plan has warnings is not begun without --yes', async () => {
    const cluster = node({ [PLAN]: () => [200, { plan }] });
    const run = await runCli(['drain', 'n3'], cluster);
    expect(run.code).toBe(EXIT.no);
    expect(run.stderr).toContain('no node could be lost afterwards');
    expect(run.stderr).toContain('--yes');
    expect(cluster.calls).toEqual([PLAN]);
  });

  test('--dry-run shows the plan and begins nothing', async () => {
    const cluster = node({ [PLAN]: () => [200, { plan }] });
    const run = await runCli(['drain', 'n3', '--dry-run'], cluster);
    expect(run).toMatchObject({ code: EXIT.ok });
    expect(run.stdout).toContain('a node can NOT be lost');
    expect(cluster.calls).toEqual([PLAN]);
  });

  test.each([
    ['done', EXIT.ok],
    ['failed', EXIT.no],
    ['cancelled', EXIT.no],
  ] as const)('--wait follows one through an election until it is %s', async (state, exit) => {
    const ends = [
      [503, problem({ code: 'no_quorum', detail: 'an election' })],
      [200, { operation: running }],
      [200, { operation: { ...running, state, progress: null, detail: 'as it ended' } }],
    ] as const;
    let at = 0;
    const cluster = node({
      [PLAN]: () => [200, { plan }],
      [START]: () => [202, { operation: running }],
      [GET]: () => ends[at++] ?? [500, ''],
    });
    const run = await runCli(['drain', 'n3', '--yes', '--wait'], cluster);
    expect(run.code).toBe(exit);
    expect(run.stdout).toContain(`drain of n3: ${state} (op-1)`);
  });

  test('--wait ends with its time, and says what the operation waits for', async () => {
    let now = 0;
    const run = await runCli(['operations', 'show', 'op-1', '--wait', '--timeout', '5'], {
      ...node({ [GET]: () => [200, { operation: running }] }),
      monotonicMs: () => now,
      pause: async (ms) => {
        now += ms;
      },
    });
    expect(run.code).toBe(EXIT.temporary);
    expect(run.stderr).toContain('group 4: n2 is behind');
    expect(now).toBe(5_000);
  });
});

describe('erasure', () => {
  const session = (id: string) => ({
    id,
    user_id: 'ann',
    agent_id: 'bot',
    status: 'active',
    metadata: {},
    last_seq: 0,
    last_read_seq: 0,
    inserted_at: running.started_at,
    updated_at: running.started_at,
  });
  const ids = ['00-01J9Z3K7Q8R5S6T7V8W9X0Y1Z2', '00-01J9Z3K7Q8R5S6T7V8W9X0Y1Z3'];

  /** A session, and a further one that begins while it is erased. */
  function node() {
    const erased: string[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const { pathname, searchParams } = new URL(String(input));
      if (init?.method === 'POST') {
        erased.push(pathname);
        return new Response(null, { status: 204 });
      }
      expect(searchParams.get('user_id')).toBe('ann');
      const [first = '', second = ''] = ids;
      const body =
        searchParams.get('before') === null
          ? { sessions: [session(first)], next: erased.length === 0 ? null : 'cursor' }
          : { sessions: [session(second)], next: null };
      return new Response(JSON.stringify(body));
    };
    return { fetch, erased };
  }

  test('all sessions of a user are erased, each once, those included that begin meanwhile', async () => {
    const cluster = node();
    const run = await runCli(['erase', 'user', 'ann', '--yes', '--json'], cluster);
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toEqual({ erased: ids });
    expect(cluster.erased).toEqual(ids.map((id) => `/api/sessions/${id}/erase`));
  });

  test.each([
    ['user', 'ann', '1 sessions of ann'],
    ['session', ids[0] ?? '', 'is not erased'],
  ])('without --yes nothing is: %s', async (kind, name, message) => {
    const cluster = node();
    const run = await runCli(['erase', kind, name], cluster);
    expect(run.code).toBe(EXIT.no);
    expect(run.stderr).toContain(message);
    expect(cluster.erased).toEqual([]);
  });
});

describe('other programs', () => {
  test('get their options, and the command ends as they do', async () => {
    const ran: (readonly string[])[] = [];
    const program = { file: '/lib/program.js', nodeOptions: ['--conditions=x'] };
    const run = (args: readonly string[]) =>
      runCli(args, {
        programs: { startNode: null, restore: program, account: program, torture: program },
        runProgram: async (given) => {
          ran.push(given);
          return 7;
        },
      });
    expect(await run(['account', '--email', 'a@b.c', '--role', 'admin'])).toMatchObject({
      code: 7,
    });
    expect(await run(['restore', '--gap', '10'])).toMatchObject({ code: 7 });
    expect(await run(['torture', '--', '--minutes', '3'])).toMatchObject({ code: 7 });
    expect(ran).toEqual([
      ['--conditions=x', '/lib/program.js', '--email', 'a@b.c', '--role', 'admin'],
      ['--conditions=x', '/lib/program.js', '--gap', '10'],
      ['--conditions=x', '/lib/program.js', '--minutes', '3'],
    ]);
  });

  test('start becomes the node, whose end is its own', async () => {
    let isStarted = false;
    const startNode = async (): Promise<void> => {
      isStarted = true;
    };
    const programs = { startNode, restore: null, account: null, torture: null };
    expect(await runCli(['start'], { programs })).toMatchObject({ code: null });
    expect(isStarted).toBe(true);
  });

  test('a file of the environment that does not exist is named', async () => {
    const programs = {
      startNode: async () => undefined,
      restore: null,
      account: null,
      torture: null,
    };
    const run = await runCli(['start', '--env-file', '/nowhere/at/all.env'], { programs });
    expect(run.code).toBe(EXIT.configuration);
    expect(run.stderr).toContain('/nowhere/at/all.env');
  });
});

test('help and the version are no failures', async () => {
  expect(await runCli(['--version'])).toMatchObject({ code: EXIT.ok, stdout: '1.2.3\n' });
  expect((await runCli(['drain', '--help'])).stdout).toContain('--dry-run');
});

test('every exit code has a meaning, and every command is in the reference', () => {
  expect(EXIT_MEANINGS.map(({ code }) => code)).toEqual(Object.values(EXIT));
  for (const name of ['status', 'drain <node>', 'group revive <group>', 'transfer <group> <node>'])
    expect(commandReference()).toContain(`### \`fleetlm ${name}\``);
});
