import {
  type InboxEntry as InboxEntryBody,
  inboxEntrySchema,
  type MessageBody,
  messageSchema,
  type RunState,
  type SessionBody,
  sessionChunkSchema,
  sessionJoinedSchema,
  sessionSchema,
} from '@fleetlm/protocol';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { answerMessage, message, session } from './session/testing.ts';
import {
  type AgentStatus,
  type InboxEntry,
  isInboxEntry,
  isMessage,
  isSession,
  type Message,
  readJoin,
  readLiveChunk,
  type Session,
} from './wire.ts';

const ID = '0197a3c0-7b1e-7c4a-9d1f-2b3c4d5e6f70';

/** Parsed by the schema first: what the cluster may send at all. */
const ENTRY = inboxEntrySchema.parse({
  session_id: session(0).id,
  agent_id: 'echo',
  agent_name: 'Echo',
  title: null,
  pinned: true,
  status: 'running',
  last_seq: 2,
  last_read_seq: 1,
  unread_count: 1,
  awaits_user: true,
  last_message: {
    sender_id: 'echo',
    kind: 'assistant',
    preview: 'Hi',
    inserted_at: message(1).inserted_at,
  },
  updated_at: message(1).inserted_at,
});

describe('what the cluster sends, checked by hand, is what the schemas say', () => {
  test('the types of the protocol fit the client', () => {
    expectTypeOf<MessageBody>().toExtend<Message>();
    expectTypeOf<SessionBody>().toExtend<Session>();
    expectTypeOf<InboxEntryBody>().toExtend<InboxEntry>();
    expectTypeOf<RunState['status']>().toEqualTypeOf<AgentStatus['status']>();
  });

  test('messages, sessions and inbox entries are taken', () => {
    expect(isMessage(messageSchema.parse(answerMessage(3, 1, 'Hi', ID)))).toBe(true);
    expect(isSession(sessionSchema.parse(session(3)))).toBe(true);
    expect(isInboxEntry(ENTRY)).toBe(true);
    expect(isInboxEntry({ ...ENTRY, last_message: null })).toBe(true);
    const { title: _, ...untitled } = ENTRY;
    expect(isInboxEntry(untitled)).toBe(false);
    const { pinned: _pinned, awaits_user: _awaits, ...earlier } = ENTRY;
    expect(isInboxEntry(earlier)).toBe(true);
    expect(isInboxEntry({ ...ENTRY, pinned: 'yes' })).toBe(false);
  });

  test('a join in the middle of an answer is taken', () => {
    const stream = { epoch: 2, attempt: 1, chunks: [{ type: 'start' }], next_index: 1 };
    const agent = { status: 'running', epoch: 2, attempt: 1 };
    const messages = [message(1, { id: ID })];
    const joined = {
      ok: true,
      session: session(1),
      messages,
      last_seq: 1,
      has_more: false,
      agent,
      stream,
    };
    expect(readJoin(sessionJoinedSchema.parse(joined))).toMatchObject({
      stream,
      agent,
      last_seq: 1,
    });
  });

  test('a live chunk is taken', () => {
    const chunk = {
      session_id: session(0).id,
      epoch: 2,
      attempt: 3,
      index: 0,
      chunk: { type: 'start' },
    };
    expect(readLiveChunk(sessionChunkSchema.parse(chunk))).toEqual(chunk);
    const { attempt: _, ...unnumbered } = chunk;
    expect(readLiveChunk(unnumbered)).toBe(null);
  });

  test('half of a message is not taken for one', () => {
    const { content: _missing, ...half } = message(1);
    expect(isMessage(half)).toBe(false);
    expect(isMessage({ ...message(1), seq: '1' })).toBe(false);
    expect(readLiveChunk({ session_id: 'x', epoch: 1 })).toBeNull();
  });
});
