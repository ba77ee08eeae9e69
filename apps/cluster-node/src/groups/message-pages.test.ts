import { apply, createGroupState, type GroupState, type Message } from '@fleetlm/conversation';
import { CONTENT_BYTES_MAX, PAGE_BYTES_MAX } from '@fleetlm/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Archive } from '../effects/ports.ts';
import { messageBody } from '../gateway/wire.ts';
import { MESSAGE_ENVELOPE_BYTES_MAX } from '../limits.ts';
import { type MessagePage, type PageRange, readPage } from './message-pages.ts';

const SESSION = '07-01J00000000000000000000000';
/** Every one of its characters is six in JSON. */
const USER = '\u0001'.repeat(128);

/** A session with messages of these sizes, all of it appended and the first `archived` of them flushed. */
function sessionOf(sizes: readonly number[], flushed: number) {
  const state = createGroupState();
  perform(state, {
    type: 'create-session',
    sessionId: SESSION,
    userId: USER,
    agentId: 'bot',
    metadata: Buffer.from('{}'),
    timeMs: 1,
  });
  const all: Message[] = [];
  sizes.forEach((size, at) => {
    perform(state, {
      type: 'append-message',
      sessionId: SESSION,
      sender: { type: 'user', id: USER },
      clientMessageId: `c${at}`,
      message: {
        id: `01900000-0000-7000-8000-${String(at).padStart(12, '0')}`,
        kind: 'text',
        payload: Buffer.from(JSON.stringify({ content: { text: 'ü'.repeat(size) }, metadata: {} })),
        preview: '',
      },
      whileAnswering: 'queue',
      held: null,
      debounceMs: 500,
      timeMs: 1_000 + at,
    });
    all.push(...(state.sessions.get(SESSION)?.tail.slice(-1) ?? []));
  });
  const session = state.sessions.get(SESSION);
  if (session === undefined) throw new Error('there is no session');
  perform(state, {
    type: 'mark-flushed',
    mark: 1,
    watermarks: [{ sessionId: SESSION, seq: flushed, sessionVersion: session.version }],
    timeMs: 1,
  });
  return { session, archive: archiveOf(all) };
}

function perform(state: GroupState, command: Parameters<typeof apply>[1]): void {
  const { reply } = apply(state, command);
  if (reply.type === 'refused') throw new Error(reply.detail);
}

function archiveOf(all: readonly Message[]): Archive {
  const fitting = (messages: readonly Message[], bytesMax: number, envelopeBytes: number) => {
    let bytes = 0;
    const end = messages.findIndex(({ payload }, at) => {
      bytes += payload.length + envelopeBytes;
      return at > 0 && bytes > bytesMax;
    });
    return end < 0 ? messages : messages.slice(0, end);
  };
  return {
    messagesAfter: async (_, afterSeq, throughSeq, { limit, bytesMax, envelopeBytes }) => {
      const wanted = all.filter(({ seq }) => seq > afterSeq && seq <= throughSeq).slice(0, limit);
      const messages = fitting(wanted, bytesMax, envelopeBytes);
      return { messages, isCut: messages.length < wanted.length };
    },
    messagesBefore: async (_, beforeSeq, { limit, bytesMax, envelopeBytes }) => {
      const wanted = all
        .filter(({ seq }) => seq < beforeSeq)
        .slice(-limit)
        .toReversed();
      const messages = fitting(wanted, bytesMax, envelopeBytes);
      return { messages: messages.toReversed(), isCut: messages.length < wanted.length };
    },
    search: () => Promise.reject(new Error('no search is expected')),
  };
}

function bodyBytes({ messages, lastSeq, hasMore }: MessagePage): number {
  const body = { messages: messages.map(messageBody), last_seq: lastSeq, has_more: hasMore };
  return Buffer.byteLength(JSON.stringify(body));
}

describe('pages of messages', () => {
  test('fifty messages of 170 kB are read in pages that no socket buffer and no frame is too small for', async () => {
    const { session, archive } = sessionOf(
      Array.from({ length: 50 }, () => 85_000),
      0,
    );
    const seqs: number[] = [];
    for (let hasMore = true; hasMore; ) {
      const page = await readPage(session, { afterSeq: seqs.at(-1) ?? 0, limit: 200 }, archive);
      expect(bodyBytes(page)).toBeLessThanOrEqual(PAGE_BYTES_MAX);
      expect(page.messages.length).toBeGreaterThan(0);
      seqs.push(...page.messages.map(({ seq }) => seq));
      hasMore = page.hasMore;
    }
    expect(seqs).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
  });

  test('hold a message that is larger than a page', async () => {
    const { session, archive } = sessionOf([10, PAGE_BYTES_MAX / 2, 10], 0);
    const first = await readPage(session, { afterSeq: 1, limit: 9 }, archive);
    expect(first).toMatchObject({ messages: [{ seq: 2 }], hasMore: true });
    const last = await readPage(session, { beforeSeq: 3, limit: 9 }, archive);
    expect(last).toMatchObject({ messages: [{ seq: 2 }], hasMore: true });
  });

  test('from memory and archive together are whole, without a gap and within their bytes, both ways', async () => {
    const sizes = fc.array(
      fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: CONTENT_BYTES_MAX / 2 }), fc.constant(600_000)),
      { minLength: 1, maxLength: 110 },
    );
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.nat(),
        fc.integer({ min: 1, max: 500 }),
        async (wanted, flushed, limit) => {
          const { session, archive } = sessionOf(wanted, flushed % (wanted.length + 1));
          const expected = wanted.map((_, at) => at + 1);
          const read = async (next: (seqs: readonly number[]) => PageRange, isForward: boolean) => {
            let seqs: number[] = [];
            for (let hasMore = true; hasMore; ) {
              const page = await readPage(session, next(seqs), archive);
              expect(Object.keys(page).sort()).toEqual(['hasMore', 'lastSeq', 'messages']);
              const own = page.messages.map(({ seq }) => seq);
              expect(own.length).toBeGreaterThan(0);
              expect(own.length).toBeLessThanOrEqual(limit);
              if (own.length > 1) expect(bodyBytes(page)).toBeLessThanOrEqual(PAGE_BYTES_MAX);
              seqs = isForward ? [...seqs, ...own] : [...own, ...seqs];
              hasMore = page.hasMore;
            }
            return seqs;
          };
          const after = await read((seqs) => ({ afterSeq: seqs.at(-1) ?? 0, limit }), true);
          expect(after).toEqual(expected);
          const before = await read(
            (seqs) => ({ beforeSeq: seqs[0] ?? wanted.length + 1, limit }),
            false,
          );
          expect(before).toEqual(expected);
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);

  test('an envelope is never larger than what a page reckons with', async () => {
    const { session, archive } = sessionOf([0], 0);
    const page = await readPage(session, { afterSeq: 0, limit: 1 }, archive);
    const [message] = page.messages;
    if (message === undefined) throw new Error('there is no message');
    const kind = '\u0001'.repeat(32);
    const envelope =
      Buffer.byteLength(JSON.stringify(messageBody({ ...message, kind, seq: 2 ** 31 - 1 }))) -
      message.payload.length;
    expect(envelope).toBeLessThan(MESSAGE_ENVELOPE_BYTES_MAX);
  });

  test('with a hole in the archive are refused rather than shown', async () => {
    const { session, archive } = sessionOf(
      Array.from({ length: 100 }, () => 10),
      100,
    );
    const holed: Archive = {
      ...archive,
      messagesAfter: async (...args) => {
        const page = await archive.messagesAfter(...args);
        return { ...page, messages: page.messages.filter(({ seq }) => seq !== 5) };
      },
    };
    await expect(async () => readPage(session, { afterSeq: 0, limit: 20 }, holed)).rejects.toThrow(
      'archive is unreachable',
    );
  });
});
