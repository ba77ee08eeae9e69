import { expect, it } from 'vitest';
import { ATTACHMENTS_MAX, attach } from './attachments.ts';

it('makes parts that carry their own bytes', async () => {
  const attached = await attach([], [new File(['hello'], 'a.txt', { type: 'text/plain' })]);
  expect(attached).toEqual({
    ok: true,
    files: [
      {
        type: 'file',
        mediaType: 'text/plain',
        filename: 'a.txt',
        url: 'data:text/plain;base64,aGVsbG8=',
      },
    ],
  });
});

it('refuses what a message can not hold, and says what it can', async () => {
  const large = new File([new Uint8Array(130_000)], 'b.bin');
  expect(await attach([], [large])).toMatchObject({ ok: false, detail: /120 kB/ });
  const many = Array.from({ length: ATTACHMENTS_MAX + 1 }, () => new File(['x'], 'x'));
  expect(await attach([], many)).toMatchObject({ ok: false, detail: /At most 8 files/ });
});
