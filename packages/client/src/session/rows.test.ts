import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../outbox/outbox-state.ts';
import type { Message } from '../wire.ts';
import { rowsOf } from './rows.ts';

function message(seq: number, over: Partial<Message>): Message {
  return {
    id: `m${seq}`,
    session_id: 's',
    seq,
    sender_id: 'ann',
    kind: 'text',
    content: { text: `${seq}` },
    metadata: { client_message_id: `c${seq}` },
    inserted_at: '2026-11-23T12:00:00.000Z',
    ...over,
  };
}
const answer = (seq: number, epoch: number) =>
  message(seq, { kind: 'assistant', sender_id: 'bot', metadata: { epoch } });

function entry(over: Partial<OutboxEntry>): OutboxEntry {
  return {
    status: 'pending',
    clientMessageId: 'c9',
    sessionId: 's',
    kind: 'text',
    content: { text: 'new' },
    createdAtMs: 0,
    ...over,
  } as OutboxEntry;
}

const ids = (rows: ReturnType<typeof rowsOf>['rows']) =>
  rows.map((row) => (row.type === 'message' ? row.message.id : row.entry.clientMessageId));

describe('the rows of a conversation', () => {
  it('show an edit in the place of what it replaces, before it is committed and after', () => {
    const log = [message(1, {}), answer(2, 1)];
    const waiting = entry({ metadata: { supersedes: 'm1' } });
    expect(ids(rowsOf('s', log, [waiting]).rows)).toEqual(['c9']);
    const edited = message(3, { metadata: { supersedes: 'm1', client_message_id: 'c9' } });
    const { rows } = rowsOf('s', [...log, edited, answer(4, 2)], [waiting]);
    expect(ids(rows)).toEqual(['m3', 'm4']);
    expect(rows[0]).toMatchObject({ key: 'c9', earlier: [{ id: 'm1' }] });
  });

  it('take an answer away as soon as another is asked for, and keep it as an earlier version', () => {
    const log = [message(1, {}), answer(2, 1)];
    const again = entry({ kind: 'regenerate', content: { supersedes: 'm2' } });
    expect(ids(rowsOf('s', log, [again]).rows)).toEqual(['m1']);
    const asked = message(3, { kind: 'regenerate', content: { supersedes: 'm2' } });
    const { rows } = rowsOf('s', [...log, asked, answer(4, 2)], []);
    expect(ids(rows)).toEqual(['m1', 'm4']);
    expect(rows[1]).toMatchObject({ earlier: [{ id: 'm2' }] });
  });

  it('undo nothing for what was refused', () => {
    const log = [message(1, {}), answer(2, 1)];
    const error = { code: 'conflict', message: 'no', retryable: false };
    const refused = entry({
      status: 'failed',
      error,
      kind: 'regenerate',
      content: { supersedes: 'm2' },
    });
    expect(ids(rowsOf('s', log, [refused]).rows)).toEqual(['m1', 'm2', 'c9']);
  });

  it('keep what is committed as the same object, so that nothing is drawn anew', () => {
    const log = [message(1, {}), answer(2, 1)];
    const [first] = rowsOf('s', log, []).rows;
    expect(first?.type === 'message' && first.message).toBe(log[0]);
  });

  it('say that an older page is needed when something before it is named', () => {
    const log = [message(5, { metadata: { supersedes: 'm1' } })];
    expect(rowsOf('s', log, [], false).needsOlder).toBe(true);
    expect(rowsOf('s', log, [], true).needsOlder).toBe(false);
  });
});
