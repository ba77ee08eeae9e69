import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLIENT_MESSAGE_IDS_MAX } from '../state.ts';
import { ClientMessageIds, type KnownMessage } from './client-message-ids.ts';

const idOf = (seq: number, tail = '8000'): string =>
  `0190${String(seq).padStart(4, '0')}-0000-7000-${tail}-${String(seq).padStart(12, '0')}`;

/** Ids as clients make them: UUIDs of both versions, the message's own id, and any text. */
const clientId = (seq: number, kind: number): string =>
  [
    idOf(seq),
    idOf(seq, '9000'),
    `${idOf(seq).slice(0, 14)}4${idOf(seq).slice(15)}`,
    `note-${seq}`,
    `漢${seq}`,
  ][kind] ?? '';

test('C24 the newest ids are found and no other, whatever they look like, also after a restore', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(4), {
        minLength: CLIENT_MESSAGE_IDS_MAX,
        maxLength: CLIENT_MESSAGE_IDS_MAX * 2,
      }),
      fc.nat(CLIENT_MESSAGE_IDS_MAX * 2),
      (kinds, restoreAt) => {
        let ids = ClientMessageIds.empty();
        const known: { readonly id: string; readonly message: KnownMessage }[] = [];
        for (const [at, kind] of kinds.entries()) {
          const seq = at + 1;
          const id = clientId(seq, kind);
          const message = { seq, messageId: idOf(seq), insertedAtMs: 1_700_000_000_000 + seq };
          expect(ids.find('user', id)).toBe(null);
          ids.add('user', id, message);
          known.push({ id, message });
          if (at === restoreAt) ids = ClientMessageIds.fromBytes(ids.view(), seq);
        }
        const firstKept = Math.max(0, known.length - CLIENT_MESSAGE_IDS_MAX);
        for (const [at, { id, message }] of known.entries())
          expect(ids.find('user', id)).toEqual(at < firstKept ? null : message);
        expect(ids.find('agent', known[0]?.id ?? '')).toBe(null);
      },
    ),
    { numRuns: 10 },
  );
});
