/**
 * What the state machine costs: `node --expose-gc packages/conversation/bench/conversation.bench.ts`. Prints one JSON
 * line. Ratios count, not figures: the machine is rarely quiet.
 */
import {
  apply,
  type Command,
  createGroupState,
  exportState,
  flushCandidates,
  type GroupState,
  importState,
  parseCommand,
  versioned,
} from '../src/index.ts';

const SESSIONS = 100_000;
const MESSAGES = 20;
const GROUPS = 256;
const APPENDS = 400_000;

const encoder = new TextEncoder();
const payload = encoder.encode(
  JSON.stringify({ content: { text: 'x'.repeat(168) }, metadata: {} }),
);

function uuid(number: number): string {
  const hex = number.toString(16).padStart(12, '0');
  return `0197d3b0-1234-7abc-8def-${hex}`;
}

function sessionId(session: number): string {
  return `${(session % GROUPS).toString(16).padStart(2, '0')}-01J8${String(session).padStart(22, '0')}`;
}

function create(session: number): Command {
  return {
    type: 'create-session',
    sessionId: sessionId(session),
    userId: `user-${session}`,
    agentId: 'support-bot',
    metadata: encoder.encode('{}'),
    timeMs: 1_790_000_000_000,
  };
}

let made = 0;
function append(session: number): Command {
  made += 1;
  return {
    type: 'append-message',
    sessionId: sessionId(session),
    sender: { type: 'user', id: `user-${session}` },
    clientMessageId: uuid(made),
    message: {
      id: uuid(made + 0x1000_0000),
      kind: 'text',
      payload: new Uint8Array(payload),
      preview: `message ${made} ${'x'.repeat(40)}`,
    },
    debounceMs: 500,
    whileAnswering: 'queue',
    held: null,
    timeMs: 1_790_000_000_000 + made,
  };
}

/** Appends to a few hot sessions, flushed as the flusher would. */
function appendsPerSecond(sessions: number): number {
  const state = createGroupState();
  for (let session = 0; session < sessions; session += 1) apply(state, create(session));
  const commands = Array.from({ length: 20_000 }, (_, index) => append(index % sessions));
  let spentMs = 0;
  for (let done = 0; done < APPENDS; done += commands.length) {
    const round = commands.map((command, index) =>
      command.type === 'append-message'
        ? { ...command, clientMessageId: uuid(done + index + 1_000_000) }
        : command,
    );
    const startedAt = performance.now();
    for (const command of round) apply(state, command);
    spentMs += performance.now() - startedAt;
    const watermarks = flushCandidates(state, 100_000).map(({ watermark }) => watermark);
    apply(state, { type: 'mark-flushed', mark: 0, watermarks, timeMs: 1 });
  }
  return Math.round((APPENDS / spentMs) * 1_000);
}

function nanosecondsPerParse(): number {
  const plain = versioned(append(1));
  const startedAt = performance.now();
  for (let index = 0; index < 500_000; index += 1) parseCommand(plain);
  return Math.round(((performance.now() - startedAt) / 500_000) * 1e6);
}

function usedBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function memory() {
  const before = usedBytes();
  const groups: GroupState[] = Array.from({ length: GROUPS }, () => createGroupState());
  const groupOf = (session: number): GroupState => {
    const group = groups[session % GROUPS];
    if (group === undefined) throw new Error(`no group for session ${session}`);
    return group;
  };
  for (let session = 0; session < SESSIONS; session += 1) apply(groupOf(session), create(session));
  for (let message = 0; message < MESSAGES; message += 1)
    for (let session = 0; session < SESSIONS; session += 1)
      apply(groupOf(session), append(session));
  const bytesPerSession = Math.round((usedBytes() - before) / SESSIONS);
  const gcStartedAt = performance.now();
  globalThis.gc?.();
  const fullGcMs = Math.round(performance.now() - gcStartedAt);
  const exportStartedAt = performance.now();
  const snapshot = exportState(groupOf(0));
  const exportMs = performance.now() - exportStartedAt;
  const importStartedAt = performance.now();
  importState(snapshot);
  const importMs = performance.now() - importStartedAt;
  return {
    sessions: SESSIONS,
    messages_each: MESSAGES,
    payload_bytes: payload.length,
    bytes_per_session: bytesPerSession,
    full_gc_ms: fullGcMs,
    export_one_group_ms: Number(exportMs.toFixed(2)),
    import_one_group_ms: Number(importMs.toFixed(2)),
  };
}

const report = {
  appends_per_s_1_session: appendsPerSecond(1),
  appends_per_s_400_sessions: appendsPerSecond(400),
  parse_command_ns: nanosecondsPerParse(),
  ...memory(),
};
process.stdout.write(`${JSON.stringify(report)}\n`);
