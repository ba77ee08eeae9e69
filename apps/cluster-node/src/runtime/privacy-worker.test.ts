import { expect, test } from 'vitest';
import type { PrivacyRecord, PrivacyStore } from '../effects/records/index.ts';
import { agentRecord } from '../membership/testing/agent-record.ts';
import { PrivacyWorker } from './privacy-worker.ts';
import type { Runtime, SessionView } from './runtime-api.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 30, 12);

interface Bed {
  readonly erased: string[];
  readonly begun: string[];
  readonly ended: { readonly state: string; readonly detail: string }[];
  readonly progress: { readonly done: number; readonly total: number }[];
  readonly worker: PrivacyWorker;
}

interface Given {
  readonly claimed: Partial<PrivacyRecord>;
  /** Idle for so many days by the log. */
  readonly sessions: Readonly<Record<string, number>>;
  /** What Postgres takes for expired. */
  readonly expired?: readonly string[];
  readonly held?: readonly string[];
  readonly failing?: readonly string[];
}

function bedWith({ claimed, sessions, expired = [], held = [], failing = [] }: Given): Bed {
  const bed = { erased: [], begun: [], ended: [], progress: [] } as Omit<Bed, 'worker'>;
  const record: PrivacyRecord = {
    id: 'a',
    kind: 'erase-user',
    subject: 'ann',
    requestedBy: 'olga',
    state: 'running',
    total: 0,
    done: 0,
    detail: '',
    startedAtMs: NOW,
    endedAtMs: null,
    ...claimed,
  };
  let isClaimed = false;
  const taken = { ok: true, value: record } as const;
  const store = {
    begin: async ({ id }: { id: string }) => {
      bed.begun.push(id);
      return { ok: true, value: null };
    },
    claim: async () => {
      const value = isClaimed ? null : record;
      isClaimed = true;
      return { ok: true, value };
    },
    progress: async (_id: string, _node: string, progress: { done: number; total: number }) => {
      bed.progress.push(progress);
      return taken;
    },
    end: async (_id: string, _node: string, end: { state: string; detail: string }) => {
      bed.ended.push(end);
      return taken;
    },
    expired: async () => ({ ok: true, value: expired }),
    forgetUser: async () => {
      bed.erased.push('the name in usage');
      return { ok: true, value: null };
    },
  } as unknown as PrivacyStore;
  const viewOf = (id: string): SessionView =>
    ({ id, insertedAtMs: 0, updatedAtMs: NOW - (sessions[id] ?? 0) * DAY_MS }) as SessionView;
  const refused = (code: string) => ({ ok: false, error: { code, detail: '' } });
  const runtime = {
    listSessions: async () => ({
      ok: true,
      value: { sessions: Object.keys(sessions).map(viewOf), next: null, version: 1 },
    }),
    getSession: async (id: string) =>
      id in sessions ? { ok: true, value: viewOf(id) } : refused('not_found'),
    eraseSession: async (id: string) => {
      if (held.includes(id)) return refused('conflict');
      if (failing.includes(id)) return refused('no_quorum');
      bed.erased.push(id);
      return { ok: true, value: null };
    },
  } as unknown as Runtime;
  const worker = new PrivacyWorker({
    nodeId: 'n1',
    store,
    runtime,
    agents: () => [agentRecord({ id: 'bot', retentionIdleDays: 30 })],
    wallClockMs: () => NOW,
  });
  return { ...bed, worker };
}

test('everything of a user is erased, conversation by conversation', async () => {
  const bed = bedWith({ claimed: {}, sessions: { s1: 0, s2: 0 } });
  await bed.worker.turn();
  expect(bed.erased).toEqual(['s1', 's2', 'the name in usage']);
  expect(bed.progress.at(-1)).toEqual({ done: 2, total: 2 });
  expect(bed.ended).toEqual([{ state: 'done', detail: '' }]);
});

test('what was erased before another node took it up counts, too', async () => {
  const bed = bedWith({ claimed: { done: 3, total: 5 }, sessions: { s4: 0, s5: 0 } });
  await bed.worker.turn();
  expect(bed.progress.at(-1)).toEqual({ done: 5, total: 5 });
});

test('a conversation on legal hold is kept, and the operation says so', async () => {
  const bed = bedWith({ claimed: {}, sessions: { s1: 0, s2: 0 }, held: ['s1'] });
  await bed.worker.turn();
  expect(bed.erased).toEqual(['s2']);
  expect(bed.ended).toMatchObject([{ state: 'failed', detail: expect.stringContaining('hold') }]);
});

test('an operation that can’t go on now is left open for later', async () => {
  const bed = bedWith({ claimed: {}, sessions: { s1: 0, s2: 0 }, failing: ['s2'] });
  await bed.worker.turn();
  expect(bed.erased).toEqual(['s1']);
  expect(bed.ended).toEqual([]);
});

test('retention begins once an hour, and erases what the log, too, has as idle', async () => {
  const bed = bedWith({
    claimed: { kind: 'retention', subject: 'bot' },
    sessions: { idle: 31, busy: 0, held: 40 },
    // Postgres is behind: the busy one has just gone on, and one is gone.
    expired: ['idle', 'busy', 'held', 'gone'],
    held: ['held'],
  });
  for (let turn = 0; turn < 3; turn += 1) await bed.worker.turn();
  expect(bed.begun).toEqual([`retention:bot:${NOW / 3_600_000}`]);
  expect(bed.erased).toEqual(['idle']);
  expect(bed.ended).toMatchObject([{ state: 'done', detail: expect.stringContaining('hold') }]);
});
