/**
 * What a million sessions cost when one in a hundred is hot:
 * `node --expose-gc packages/conversation/bench/million-sessions.ts [sessions] [never]`. One line of JSON a tenth of the
 * way. With `never` no session leaves memory: take fewer sessions then.
 */
import process from 'node:process';
import {
  apply,
  coldStats,
  createGroupState,
  evictionCandidates,
  exportState,
  flushCandidates,
  type GroupState,
} from '../src/index.ts';

const GROUPS = 256;
const MESSAGES = 20;
const SESSIONS_PER_USER = 10;
const HOT_SHARE = 0.01;
const TEXT = 'x'.repeat(168);
const encoder = new TextEncoder();
const [count = '1000000', mode = 'evict'] = process.argv.slice(2);
const sessions = Number(count);
const groups = Array.from({ length: GROUPS }, () => createGroupState());
let made = 0;

function groupOf(session: number): GroupState {
  const group = groups[Math.floor(session / SESSIONS_PER_USER) % GROUPS];
  if (group === undefined) throw new Error('no group');
  return group;
}

function idOf(session: number): string {
  const group = Math.floor(session / SESSIONS_PER_USER) % GROUPS;
  return `${group.toString(16).padStart(2, '0')}-01J8${String(session).padStart(22, '0')}`;
}

function uuid(number: number): string {
  return `0197d3b0-1234-7abc-8def-${number.toString(16).padStart(12, '0')}`;
}

function fill(session: number, timeMs: number): void {
  const state = groupOf(session);
  const userId = `user-${Math.floor(session / SESSIONS_PER_USER)}`;
  const sessionId = idOf(session);
  const metadata = encoder.encode('{}');
  const agentId = 'support-bot';
  apply(state, { type: 'create-session', sessionId, userId, agentId, metadata, timeMs });
  for (let message = 0; message < MESSAGES; message += 1) {
    made += 1;
    apply(state, {
      type: 'append-message',
      sessionId,
      sender: { type: 'agent', id: agentId },
      clientMessageId: uuid(made),
      message: {
        id: uuid(made + 2 ** 40),
        kind: 'assistant',
        payload: encoder.encode(`{"content":{"text":"${TEXT}"},"metadata":{}}`),
        preview: `message ${made} ${'x'.repeat(40)}`,
      },
      debounceMs: 500,
      whileAnswering: 'queue',
      held: null,
      timeMs,
    });
  }
}

/** As the flusher and the evictor do it, with a Postgres that takes everything. */
function flushAndEvict(hotMax: number, timeMs: number): void {
  for (const state of groups) {
    const watermarks = flushCandidates(state, 100_000).map(({ watermark }) => watermark);
    apply(state, { type: 'mark-flushed', mark: 1, watermarks, timeMs });
    if (mode === 'never') continue;
    const surplus = state.sessions.size - Math.floor(hotMax / GROUPS);
    const leaving = evictionCandidates(state, {
      sessionsMax: Math.max(0, surplus),
      bytesMax: Number.POSITIVE_INFINITY,
      cleanBeforeMs: timeMs,
    });
    apply(state, {
      type: 'evict-sessions',
      sessions: leaving.map(({ id, inboxVersion }) => ({ sessionId: id, inboxVersion })),
      timeMs,
    });
  }
}

function collectMs(): number {
  const startedAt = performance.now();
  globalThis.gc?.();
  return performance.now() - startedAt;
}

const hotMax = Math.max(GROUPS, sessions * HOT_SHARE);
const step = Math.max(1, Math.floor(sessions / 100));
for (let session = 0; session < sessions; session += 1) {
  fill(session, 1_790_000_000_000 + session);
  if ((session + 1) % step !== 0) continue;
  flushAndEvict(hotMax, 1_790_000_000_000 + session);
  if ((session + 1) % (step * 10) !== 0) continue;
  const gcMs = Math.round(collectMs());
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const cold = groups.map(coldStats);
  const snapshotStartedAt = performance.now();
  const largest = exportState(groups[0] ?? createGroupState());
  process.stdout.write(
    `${JSON.stringify({
      sessions: session + 1,
      hot: groups.reduce((sum, state) => sum + state.sessions.size, 0),
      cold_bytes_each: Math.round(
        cold.reduce((sum, { bytes }) => sum + bytes, 0) /
          Math.max(
            1,
            cold.reduce((sum, { sessions: number }) => sum + number, 0),
          ),
      ),
      heap_mb: Math.round(heapUsed / 2 ** 20),
      buffers_mb: Math.round(arrayBuffers / 2 ** 20),
      rss_mb: Math.round(rss / 2 ** 20),
      full_gc_ms: gcMs,
      export_ms: Math.round(performance.now() - snapshotStartedAt),
      exported_cold_kb: Math.round(largest.cold.length / 1024),
    })}\n`,
  );
}
