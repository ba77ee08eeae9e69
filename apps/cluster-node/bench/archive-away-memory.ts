/**
 * Memory of the state while Postgres is away: `node --expose-gc apps/cluster-node/bench/archive-away-memory.ts [megabytes]
 * [keep]`. One line of JSON a tenth of the way; with `keep` nothing is moved out of memory.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { apply, createGroupState, flushCandidates, spillTails } from '@fleetlm/conversation';
import { SpillFile } from '../src/groups/spill-file.ts';

const SESSIONS = 200;
const MESSAGE_BYTES = 1_000;
const [megabytes = '1000', mode = 'spill'] = process.argv.slice(2);
const total = (Number(megabytes) * 2 ** 20) / MESSAGE_BYTES;
const directory = mkdtempSync(join(tmpdir(), 'fleetlm-away-'));
const spill = new SpillFile(directory);
const state = createGroupState();
const encoder = new TextEncoder();
const id = (session: number): string => `00-01J8${String(session).padStart(22, '0')}`;

function report(messages: number): void {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const megabytesOf = (bytes: number): number => Math.round(bytes / 2 ** 20);
  const line = {
    backlog_mb: megabytesOf(messages * MESSAGE_BYTES),
    spilled_mb: megabytesOf(spill.bytes),
    heap_mb: megabytesOf(heapUsed),
    buffers_mb: megabytesOf(arrayBuffers),
    rss_mb: megabytesOf(rss),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

for (let session = 0; session < SESSIONS; session += 1)
  apply(state, {
    type: 'create-session',
    sessionId: id(session),
    userId: 'ann',
    agentId: 'bot',
    metadata: encoder.encode('{}'),
    timeMs: 1,
  });
for (let number = 1; number <= total; number += 1) {
  apply(state, {
    type: 'append-message',
    sessionId: id(number % SESSIONS),
    sender: { type: 'agent', id: 'bot' },
    clientMessageId: `c${number}`,
    message: {
      id: `0197d3b0-1234-7abc-8def-${number.toString(16).padStart(12, '0')}`,
      kind: 'text',
      payload: new Uint8Array(MESSAGE_BYTES).fill(120),
      preview: 'x',
    },
    debounceMs: 0,
    whileAnswering: 'queue',
    held: null,
    timeMs: number,
  });
  if (mode === 'spill' && number % 1_000 === 0) spillTails(state, spill, 2 ** 21);
  if (number % Math.floor(total / 10) === 0) report(number);
}
// It comes back: everything is read in batches, as the flusher does it.
for (;;) {
  const watermarks = flushCandidates(state, 2_000, { bytesMax: 2 ** 20 }).map(
    (one) => one.watermark,
  );
  if (watermarks.length === 0) break;
  apply(state, { type: 'mark-flushed', mark: 1, watermarks, timeMs: 1 });
}
report(0);
rmSync(directory, { recursive: true, force: true });
