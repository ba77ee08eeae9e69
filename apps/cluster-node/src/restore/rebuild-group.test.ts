import {
  apply,
  type Command,
  coldStats,
  exportState,
  findHead,
  getSession,
  isCold,
  type NewMessage,
  openRequests,
  type Sender,
} from '@fleetlm/conversation';
import { Packr } from 'msgpackr';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  FlusherBed,
  GROUP,
  OTHER_SESSION,
  SESSION,
} from '../effects/flusher/testing/flusher-bed.ts';
import { ConversationMachine } from '../groups/conversation-machine.ts';
import { newMessage } from '../runtime/new-message.ts';
import { ArchiveSource } from './archive-source.ts';
import { rebuildGroup } from './rebuild-group.ts';

const packr = new Packr({ useRecords: false });
const THIRD = `${SESSION.slice(0, -1)}2`;
let bed: FlusherBed;
let source: ArchiveSource;
let now = 0;

beforeAll(async () => {
  bed = await FlusherBed.open();
  await bed.startPostgres();
  source = new ArchiveSource(bed.url);
});
afterAll(async () => {
  await source.close();
  await bed.close();
});
beforeEach(async () => {
  await bed.reset();
  now = 1_000_000;
});

const snapshot = (): Uint8Array => packr.pack(exportState(bed.state));

/** Everything that is there is flushed, and then leaves memory. */
async function allCold(flusher: ReturnType<FlusherBed['flusher']>): Promise<void> {
  for (const { id, dispatch } of [...bed.state.sessions.values()])
    if (dispatch.status === 'waiting')
      bed.perform({
        type: 'stop-dispatch',
        sessionId: id,
        epoch: dispatch.epoch,
        partial: null,
        timeMs: now,
      });
  await flusher.flushNow();
  now += 10_000;
  await flusher.flushNow();
  expect(bed.state.sessions.size).toBe(0);
}

const flusherThatEvicts = () =>
  bed.flusher({
    wallClockMs: () => now,
    eviction: {
      sessionIdleMs: 5_000,
      hotSessionsMax: 1_000,
      hotBytesMax: 2 ** 30,
      hot: () => ({ sessions: bed.state.sessions.size, bytes: 0, groups: 1 }),
    },
  });

async function rebuilt(data: Uint8Array | null) {
  const group = await rebuildGroup(source, {
    group: GROUP,
    snapshot: data,
    voidSeqs: 10,
    counters: 1_000,
  });
  if (group === null) throw new Error('nothing was rebuilt');
  const machine = new ConversationMachine(
    () => undefined,
    () => undefined,
  );
  machine.restore(group.data);
  return { group, state: machine.state };
}

test('sessions that were out of memory stay there, those that went on after the snapshot come back with all of it', async () => {
  const flusher = flusherThatEvicts();
  bed.create(OTHER_SESSION);
  bed.create(THIRD);
  for (const id of [SESSION, OTHER_SESSION, THIRD]) bed.sayMany(70, id);
  await allCold(flusher);
  const data = snapshot();
  // One goes on and stays in memory, one goes on and leaves it again.
  for (const id of [OTHER_SESSION, THIRD]) await flusher.hydrate(GROUP, id);
  bed.say('went on and left', THIRD);
  await allCold(flusher);
  await flusher.hydrate(GROUP, OTHER_SESSION);
  bed.say('went on', OTHER_SESSION);
  await flusher.flushNow();
  const { group, state } = await rebuilt(data);
  expect(group).toMatchObject({ sessionsInSnapshot: 3, sessionsFromRows: 0, sessionsWithGaps: [] });
  expect(isCold(state, SESSION)).toBe(true);
  expect(coldStats(state).sessions).toBe(1);
  expect(findHead(state, SESSION)?.lastSeq).toBe(70);
  expect(findHead(state, OTHER_SESSION)?.lastSeq).toBe(71);
  expect(findHead(state, THIRD)?.lastSeq).toBe(71);
});

test('a question that was answered is not asked again, an open one is', async () => {
  bed.create(OTHER_SESSION);
  bed.say('open?');
  bed.say('answered?', OTHER_SESSION);
  bed.perform({
    type: 'append-message',
    sessionId: OTHER_SESSION,
    sender: { type: 'agent', id: 'bot' },
    clientMessageId: 'a',
    message: {
      id: '01900000-0000-7000-8000-00000000ffff',
      kind: 'assistant',
      payload: new TextEncoder().encode('{"content":{"text":"yes"},"metadata":{}}'),
      preview: 'yes',
    },
    whileAnswering: 'queue',
    held: null,
    debounceMs: 0,
    timeMs: 9_000,
  });
  await bed.flusher().flushNow();
  const { state } = await rebuilt(null);
  expect(findHead(state, SESSION)?.dispatch.status).toBe('waiting');
  expect(findHead(state, OTHER_SESSION)).toMatchObject({
    dispatch: { status: 'idle' },
    lastMessage: { preview: 'yes' },
  });
});

test('decisions that the agent waits for are known again, from messages alone', async () => {
  const asking = (call: string) => ({
    type: 'tool-mail',
    toolCallId: call,
    state: 'approval-requested',
    input: {},
    approval: { id: `ask-${call}` },
  });
  const parts = [asking('c1'), asking('c2')];
  const reply = newMessage('agent', 'assistant', { role: 'assistant', parts }, {});
  const decide = (call: string) =>
    newMessage(
      'user',
      'tool-response',
      { message_id: reply.id, approvals: [{ approval_id: `ask-${call}`, approved: true }] },
      {},
    );
  const append = (sender: Sender, message: NewMessage): Command => ({
    type: 'append-message',
    sessionId: SESSION,
    sender,
    clientMessageId: message.id,
    message,
    whileAnswering: 'queue',
    held: null,
    debounceMs: 0,
    timeMs: 9_000,
  });
  bed.say('mail both');
  const user = { type: 'user', id: bed.state.sessions.get(SESSION)?.userId ?? '' } as const;
  bed.perform(append({ type: 'agent', id: 'bot' }, reply));
  bed.perform(append(user, decide('c1')));
  await bed.flusher().flushNow();
  const { state } = await rebuilt(null);
  const session = getSession(state, SESSION);
  expect(session === null ? null : openRequests(session)).toMatchObject({ keys: ['a:ask-c2'] });
  expect(session?.dispatch.status).toBe('idle');
  apply(state, append(user, decide('c2')));
  expect(findHead(state, SESSION)?.dispatch.status).toBe('waiting');
});

test('messages that Postgres lacks are named, and what comes behind them is not joined to what was before', async () => {
  bed.sayMany(10);
  await bed.flusher().flushNow();
  const data = snapshot();
  bed.sayMany(10);
  await bed.flusher().flushNow();
  await bed.sql('DELETE FROM messages WHERE seq IN (5, 15)');
  const { group, state } = await rebuilt(data);
  expect(group.sessionsWithGaps).toEqual([SESSION]);
  expect(findHead(state, SESSION)?.lastSeq).toBe(14);
});

test('what was erased after the snapshot does not come back with it, cold or not', async () => {
  const flusher = flusherThatEvicts();
  bed.create(OTHER_SESSION);
  for (const id of [SESSION, OTHER_SESSION]) bed.say('a secret', id);
  await allCold(flusher);
  await flusher.hydrate(GROUP, OTHER_SESSION);
  const data = snapshot();
  for (const sessionId of [SESSION, OTHER_SESSION])
    bed.perform({ type: 'erase-session', sessionId, timeMs: now });
  bed.create(THIRD);
  bed.say('this stays', THIRD);
  bed.perform({ type: 'erase-session', sessionId: THIRD, timeMs: now });
  await flusher.flushNow();
  const { group, state } = await rebuilt(data);
  expect(group).toMatchObject({ messagesMerged: 0, sessionsWithGaps: [] });
  for (const id of [SESSION, OTHER_SESSION, THIRD]) expect(findHead(state, id)).toBeNull();
  expect(Buffer.from(group.data).includes('a secret')).toBe(false);
});

test('large messages are read in pages that fit in memory, in their order', async () => {
  const flusher = bed.flusher();
  for (let count = 0; count < 30; count += 1)
    bed.say('x', SESSION, { content: `{"text":"${'x'.repeat(900_000)}"}` });
  while (bed.state.flushBacklog > 0) await flusher.flushNow();
  const pages: number[][] = [];
  for await (const page of source.messagesAfter([{ id: SESSION, seq: 0 }])) {
    pages.push(page.map(({ seq }) => seq));
    expect(page.reduce((sum, { payload }) => sum + payload.length, 0)).toBeLessThan(17_000_000);
  }
  expect(pages.length).toBeGreaterThan(1);
  expect(pages.flat()).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
}, 60_000);
