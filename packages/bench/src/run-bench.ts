import * as z from 'zod';
import { type Credentials, credentialsFromEnvironment, userToken } from './credentials.ts';
import { Latencies } from './latencies.ts';
import { driveLoad } from './load.ts';
import type { BenchOptions } from './options.ts';
import { startOwnCluster } from './own-cluster.ts';
import { Rest, readProcessFigures } from './rest.ts';
import { BenchUser } from './user.ts';
import { type StoredMessage, type Verdict, verifySession } from './verify.ts';

/** The one line of JSON that a run prints. Milliseconds, seconds, megabytes. */
export interface BenchReport extends Verdict {
  readonly acked_per_s: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
  readonly errors: number;
  readonly error_codes: Readonly<Record<string, number>>;
  readonly server_cpu_s_per_1000: number;
  readonly client_cpu_s_per_1000: number;
  readonly rss_mb: number;
}

/** No agent answers in a benchmark of the append path: the agent's work waits until the run is over. */
const AGENT = { name: 'Bench', origin_url: 'http://127.0.0.1:9', debounce_window_ms: 60_000 };
const PAGE = 500;

const sessionAnswer = z.object({ session: z.object({ id: z.string() }) });
const messagesAnswer = z.object({
  messages: z.array(
    z.object({ id: z.string(), seq: z.number(), content: z.object({ text: z.string() }) }),
  ),
  has_more: z.boolean(),
});

/** Runs the load against running nodes, or a cluster of its own made from `nodeMain`. */
export async function runBench(options: BenchOptions, nodeMain: string): Promise<BenchReport> {
  if (options.targets.length > 0) {
    return measure(options, options.targets, credentialsFromEnvironment());
  }
  const cluster = await startOwnCluster(nodeMain);
  try {
    return await measure(options, cluster.targets, cluster.credentials);
  } finally {
    await cluster.close();
  }
}

async function measure(
  options: BenchOptions,
  targets: readonly string[],
  credentials: Credentials,
): Promise<BenchReport> {
  const rest = new Rest(targets, credentials);
  const users = await signIn(options, targets, credentials, rest);
  const latencies = new Latencies();
  let serverBefore = { cpuSeconds: 0, rssMegabytes: 0 };
  let clientBefore = process.cpuUsage();
  const { measuredSeconds } = await driveLoad(users, options, latencies, {
    onMeasure: async () => {
      serverBefore = await readProcessFigures(targets);
      clientBefore = process.cpuUsage();
    },
  });
  const client = process.cpuUsage(clientBefore);
  const server = await readProcessFigures(targets);
  const verdict = await readBack(users, rest);
  for (const user of users) user.close();
  const [p50 = 0, p95 = 0, p99 = 0, max = 0] = latencies.quantiles([0.5, 0.95, 0.99, 1]);
  const thousands = Math.max(latencies.count, 1) / 1000;
  const errorCodes: Record<string, number> = {};
  for (const user of users) {
    for (const [code, count] of user.errors) errorCodes[code] = (errorCodes[code] ?? 0) + count;
  }
  return {
    acked_per_s: Math.round(latencies.count / measuredSeconds),
    p50_ms: round(p50),
    p95_ms: round(p95),
    p99_ms: round(p99),
    max_ms: round(max),
    errors: Object.values(errorCodes).reduce((sum, count) => sum + count, 0),
    error_codes: errorCodes,
    server_cpu_s_per_1000: round((server.cpuSeconds - serverBefore.cpuSeconds) / thousands),
    client_cpu_s_per_1000: round((client.user + client.system) / 1e6 / thousands),
    rss_mb: server.rssMegabytes,
    ...verdict,
  };
}

/** A fresh agent, and per user a fresh conversation and a socket to one of the nodes in turn. */
export async function signIn(
  options: Pick<BenchOptions, 'users' | 'bytes'>,
  targets: readonly string[],
  credentials: Credentials,
  rest: Rest,
): Promise<readonly BenchUser[]> {
  const run = Date.now().toString(36);
  const agentId = `bench-${run}`;
  await rest.call('POST', '/api/agents', { agent: { ...AGENT, id: agentId } });
  const users: BenchUser[] = [];
  for (let number = 0; number < options.users; number += 1) {
    const userId = `bench-${run}-${number}`;
    const created = sessionAnswer.parse(
      await rest.call('POST', '/api/sessions', { user_id: userId, agent_id: agentId }),
    );
    users.push(
      new BenchUser({
        userId,
        sessionId: created.session.id,
        target: targets[number % targets.length] ?? '',
        token: await userToken(credentials, userId),
        bytes: options.bytes,
      }),
    );
  }
  await Promise.all(users.map((user) => user.join()));
  return users;
}

export async function readBack(
  users: readonly Pick<BenchUser, 'sessionId' | 'acked'>[],
  rest: Rest,
): Promise<Verdict> {
  const sum = { lost: 0, duplicated: 0, gaps: 0 };
  for (const user of users) {
    const verdict = verifySession(await readAll(user.sessionId, rest), user.acked);
    sum.lost += verdict.lost;
    sum.duplicated += verdict.duplicated;
    sum.gaps += verdict.gaps;
  }
  return sum;
}

async function readAll(sessionId: string, rest: Rest): Promise<readonly StoredMessage[]> {
  const all: StoredMessage[] = [];
  for (;;) {
    const after = all.at(-1)?.seq ?? 0;
    const page = messagesAnswer.parse(
      await rest.call(
        'GET',
        `/api/sessions/${sessionId}/messages?after_seq=${after}&limit=${PAGE}`,
      ),
    );
    all.push(...page.messages.map(({ id, seq, content }) => ({ id, seq, text: content.text })));
    if (!page.has_more) return all;
    if (page.messages.length === 0) throw new Error(`${sessionId}: has_more without any message`);
  }
}

export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
