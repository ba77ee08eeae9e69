import { expect, it } from 'vitest';
import {
  ATTACHMENTS_MAX,
  type Attachment,
  partsOfAttachments,
  percentOf,
  refusalOf,
  statusOf,
  withChange,
} from './attachments.ts';

const PART = {
  type: 'file',
  mediaType: 'image/png',
  filename: 'a.png',
  url: 'fleetlm-blob:x',
} as const;

function attachment(id: string, state: Attachment['state'], preview: string | null = null) {
  return { id, file: new File(['0123456789'], `${id}.png`), preview, state };
}
const sending = (sentBytes: number) => ({ type: 'sending', sentBytes }) as const;
const ready = { type: 'ready', part: PART } as const;
const failed = { type: 'failed', reason: 'too large' } as const;

it('refuses more files than a message may have, and empty ones, in words', () => {
  const before = Array.from({ length: ATTACHMENTS_MAX - 1 }, (_, at) =>
    attachment(String(at), sending(0)),
  );
  const file = new File(['x'], 'x.txt');
  expect(refusalOf(before, [file])).toBeNull();
  expect(refusalOf(before, [file, file])).toMatch(/At most 8 files/);
  expect(refusalOf([], [file, new File([], 'nothing.txt')])).toBe('nothing.txt is empty.');
});

it('makes parts of what is stored alone, with the small picture of it', () => {
  const preview = 'data:image/webp;base64,AAAA';
  const all = [
    attachment('a', ready, preview),
    attachment('b', sending(1)),
    attachment('c', ready),
  ];
  expect(partsOfAttachments(all)).toEqual([
    { ...PART, providerMetadata: { fleetlm: { preview } } },
    PART,
  ]);
});

it('changes one of the files, and brings none back that was removed', () => {
  const all = [attachment('a', sending(0)), attachment('b', sending(0))];
  expect(withChange(all, 'b', { state: ready }).map(({ state }) => state.type)).toEqual([
    'sending',
    'ready',
  ]);
  expect(withChange(all, 'c', { state: ready })).toEqual(all);
});

it('says what is uploading, and what has failed before that', () => {
  expect(statusOf([])).toBe('');
  expect(statusOf([attachment('a', sending(0)), attachment('b', ready)])).toBe('Uploading 1 file…');
  expect(statusOf([attachment('a', failed), attachment('b', sending(0))])).toBe(
    '1 file could not be uploaded.',
  );
  expect(statusOf([attachment('a', ready), attachment('b', ready)])).toBe('2 files attached.');
});

it('is not done before the cluster says so', () => {
  expect(percentOf(attachment('a', sending(5)))).toBe(50);
  expect(percentOf(attachment('a', sending(10)))).toBe(99);
  expect(percentOf(attachment('a', ready))).toBe(100);
});
