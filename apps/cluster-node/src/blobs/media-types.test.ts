import { expect, test } from 'vitest';
import { checkMediaType, dispositionOf, isAllowed } from './media-types.ts';
import { PNG } from './testing/blobs.ts';

const ZIP = Buffer.from(
  '504b0304140000000000000000000000000000000000000000000000000000000000',
  'hex',
);
const EXE = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(126)]);
const TEXT = Buffer.from('plain words');
const PDF = Buffer.from('%PDF-1.7\n');

test.each([
  ['image/png', PNG, 'image/png'],
  ['image/jpeg', PNG, 'image/png'],
  ['application/octet-stream', PNG, 'image/png'],
  ['text/plain', TEXT, 'text/plain'],
  ['text/html', TEXT, 'text/html'],
  ['text/plain', PDF, 'application/pdf'],
  ['text/plain', EXE, 'application/x-msdownload'],
  ['application/epub+zip', ZIP, 'application/epub+zip'],
])('what is sent as %s with these bytes is stored as what it is', async (declared, head, type) => {
  expect(await checkMediaType(declared, head)).toEqual({ ok: true, mediaType: type });
});

test.each(['image/png', 'video/mp4', 'audio/mpeg'])(
  'what browsers would show as %s has to be that',
  async (declared) => {
    expect(await checkMediaType(declared, TEXT)).toMatchObject({ ok: false });
    const zip = await checkMediaType(declared, ZIP);
    expect(zip).not.toMatchObject({ mediaType: declared });
  },
);

test('types are allowed by name, by kind, or all of them', () => {
  expect(isAllowed('image/png', ['*/*'])).toBe(true);
  expect(isAllowed('image/png', ['image/*'])).toBe(true);
  expect(isAllowed('image/png', ['application/pdf', 'image/png'])).toBe(true);
  expect(isAllowed('image/png', ['application/pdf', 'video/*'])).toBe(false);
  expect(isAllowed('imagex/png', ['image/*'])).toBe(false);
});

test('only what browsers show is shown in place, and no name breaks out of its header', () => {
  expect(dispositionOf('image/png', 'a.png')).toBe("inline; filename*=UTF-8''a.png");
  expect(dispositionOf('image/svg+xml', 'a.svg')).toMatch(/^attachment; /);
  expect(dispositionOf('text/html', 'a.html')).toMatch(/^attachment; /);
  const name = `"\r\nset-cookie: x'()*größe\ud800`;
  expect(dispositionOf('a/b', name)).toMatch(/^attachment; filename\*=UTF-8''[A-Za-z0-9%._~!-]+$/);
});
