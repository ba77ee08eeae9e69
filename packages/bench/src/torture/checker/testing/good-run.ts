import { sequenceDigest } from '../../history/digest.ts';
import type {
  AppendOperation,
  CursorOperation,
  DeliveryStream,
  ReadOperation,
  RepeatedAck,
} from '../../history/operations.ts';
import { seededRandom } from '../../seeded-random.ts';
import type { LogEntry, RunRecord, TermFact } from '../run-record.ts';

/** Values that a test may change before they are checked. */
export type EditableRun = {
  -readonly [K in keyof RunRecord]: RunRecord[K] extends Iterable<infer T> ? T[] : RunRecord[K];
};

const SESSIONS = 3;
const NODES = ['n1', 'n2', 'n3'];
const FAULT = { startMs: 400, healedMs: 500 };

interface World {
  readonly random: () => number;
  readonly appends: AppendOperation[];
  readonly repeatedAcks: RepeatedAck[];
  readonly reads: ReadOperation[];
  readonly cursors: CursorOperation[];
  readonly logs: LogEntry[][];
  readonly cursorAt: number[];
}

/**
 * A run of a system that makes no mistake: every operation takes effect at one moment between its call and its
 * return, on one log a session. The same seed gives the same run.
 */
export function goodRun(seed: number, operations = 240): EditableRun {
  const random = seededRandom(seed);
  const world: World = {
    random,
    appends: [],
    repeatedAcks: [],
    reads: [],
    cursors: [],
    logs: Array.from({ length: SESSIONS }, () => []),
    cursorAt: Array.from({ length: SESSIONS }, () => 0),
  };
  const moments = Array.from({ length: operations }, () => random() * 1000).sort((a, b) => a - b);
  for (const momentMs of moments) operate(world, momentMs);
  return recordOf(world);
}

function operate(world: World, momentMs: number): void {
  const { random, logs } = world;
  const session = Math.floor(random() * SESSIONS);
  const callMs = momentMs - random() * 20;
  const returnMs = momentMs + random() * 20;
  const what = random();
  const log = logs[session] ?? [];
  if (what < 0.7) append(world, session, { callMs, returnMs }, random());
  else if (what < 0.9) {
    const afterSeq = Math.floor(random() * (log.length + 1));
    const page = log.slice(afterSeq, afterSeq + 5);
    world.reads.push({
      session,
      callMs,
      returnMs,
      afterSeq,
      limit: 5,
      count: page.length,
      headSeq: log.length,
      digest: sequenceDigest(page.map(({ digest }) => digest)),
    });
  } else {
    const requested = Math.floor(random() * (log.length + 1));
    const returned = Math.max(requested, world.cursorAt[session] ?? 0);
    world.cursorAt[session] = returned;
    world.cursors.push({ session, callMs, returnMs, requested, returned, outcome: 'ok' });
  }
}

function append(
  world: World,
  session: number,
  times: { readonly callMs: number; readonly returnMs: number },
  fate: number,
): void {
  const number = world.appends.length;
  const contentDigest = 1_000_000 + number;
  const log = world.logs[session] ?? [];
  const base = { session, contentDigest, callMs: times.callMs };
  if (fate < 0.05) {
    world.appends.push({ ...base, returnMs: times.returnMs, outcome: 'refused', seq: 0 });
    return;
  }
  const isLost = fate < 0.1;
  const isUnknown = fate < 0.15;
  if (!isLost) log.push({ append: number, contentDigest, digest: 7_000_000 + number });
  if (isUnknown)
    world.appends.push({
      ...base,
      returnMs: Number.POSITIVE_INFINITY,
      outcome: 'unknown',
      seq: 0,
    });
  else world.appends.push({ ...base, returnMs: times.returnMs, outcome: 'ok', seq: log.length });
  if (fate > 0.95) world.repeatedAcks.push({ append: number, seq: log.length });
}

function recordOf(world: World): EditableRun {
  const { appends, repeatedAcks, reads, cursors, logs, cursorAt } = world;
  // Session 0 ends with an answer of the agent.
  const answer = { append: null, contentDigest: 5, digest: 55 };
  logs[0]?.push(answer);
  const sessions = logs.map((entries, number) => ({
    seqs: entries.map((_, at) => at + 1),
    entries: [...entries],
    lastReadSeq: cursorAt[number] ?? 0,
  }));
  const acknowledged = logs.map((_, session) =>
    Math.max(0, ...appends.filter((one) => one.session === session).map(({ seq }) => seq)),
  );
  const streams: DeliveryStream[] = NODES.flatMap((node) =>
    logs.map((entries, session) => ({
      session,
      node,
      digests: entries.map(({ digest }) => digest),
      repeated: 0,
      leftEarly: false,
    })),
  );
  // A node that was there for a while, and a wiped one: their facts are a beginning, and one more life.
  streams.push({
    session: 0,
    node: 'n4',
    digests: (logs[0] ?? []).slice(0, 3).map(({ digest }) => digest),
    repeated: 0,
    leftEarly: true,
  });
  return {
    sessionIds: logs.map((_, session) => `0${session}-S`),
    appends,
    repeatedAcks,
    reads,
    cursors,
    streams,
    streamFaults: [],
    nodeLogs: NODES.map((node) => ({ node, sessions: structuredClone(sessions) })),
    answers: [
      { session: 0, seq: logs[0]?.length ?? 0, epoch: 1, termination: 'finish', text: 'onetwo' },
    ],
    archive: sessions.map(({ seqs, entries }) => ({
      seqs: [...seqs],
      digests: entries.map(({ digest }) => digest),
    })),
    archiveFaults: [],
    archiveLooks: 10,
    terms: termsOf(),
    survivors: logs.map((entries, session) => ({
      session,
      node: 'n1',
      afterSeq: 2,
      digests: entries.slice(2).map(({ digest }) => digest),
      acknowledgedSeq: acknowledged[session] ?? 0,
    })),
    deliveries: [delivery(1, ['one'], false), delivery(2, ['one', 'two'], true)],
    settledWork: [{ session: 0, status: 'idle' }],
    faults: [
      {
        number: 1,
        kind: 'kill-one',
        target: 'n1',
        ...FAULT,
        effective: true,
        proof: 'it died',
        broken: null,
      },
    ],
    unexpectedEnds: [],
  };
}

/** In the end n3 is wiped: its replica begins anew, without a term of its own. */
function termsOf(): TermFact[] {
  const facts = NODES.flatMap((node) =>
    [1, 2, 3].map((term) => ({
      node,
      life: '0',
      boot: 1,
      group: 0,
      term,
      isLeader: NODES[term % 3] === node,
      atMs: term,
    })),
  );
  return [
    ...facts,
    { node: 'n3', life: '1', boot: 2, group: 0, term: 1, isLeader: false, atMs: 4 },
  ];
}

function delivery(attempt: number, pieces: readonly string[], completed: boolean) {
  return {
    session: 0,
    epoch: 1,
    attempt,
    webhookId: '00-S:1',
    expectedWebhookId: '00-S:1',
    pieces,
    completed,
    atMs: attempt,
  };
}
