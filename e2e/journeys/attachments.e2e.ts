import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { expectAccessible } from '../support/axe.ts';
import { test } from '../support/journey.ts';
import { answered, committed, line, send, startConversation } from '../support/pages.ts';

const NOTES = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('some notes') };
const PICTURE = {
  name: 'dot.png',
  mimeType: 'image/png',
  buffer: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
};
const UPLOADS = '**/api/uploads*';

function attached(page: Page) {
  return page.getByRole('list', { name: 'To be attached' });
}

async function uploaded(page: Page, name: string): Promise<void> {
  await expect(attached(page).getByRole('button', { name: `Remove ${name}` })).toBeVisible();
}

test('a file is uploaded while the message is written, goes with it, and is saved from it', async ({
  person: page,
}) => {
  await startConversation(page);
  await page.setInputFiles('input[type=file]', NOTES);
  await uploaded(page, 'notes.txt');
  await send(page, 'help with these');
  await committed(page, 'help with these');
  const files = line(page, 'help with these').getByRole('list', { name: 'Attachments' });
  const downloading = page.waitForEvent('download');
  await files.getByRole('button', { name: 'notes.txt' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('notes.txt');
  expect(await readFile(await download.path(), 'utf8')).toBe('some notes');
  await answered(page);
  await page.setInputFiles('input[type=file]', PICTURE);
  await uploaded(page, 'dot.png');
  await expectAccessible(page);
});

test('a picture is dropped on the page, shown small in the message, and large on a click', async ({
  person: page,
}) => {
  await startConversation(page);
  const dropped = await page.evaluateHandle(
    ({ name, type, bytes }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
      return transfer;
    },
    { name: PICTURE.name, type: PICTURE.mimeType, bytes: [...PICTURE.buffer] },
  );
  await page.dispatchEvent('body', 'dragover', { dataTransfer: dropped });
  await expect(page.getByText('Drop to attach')).toBeVisible();
  await page.dispatchEvent('body', 'drop', { dataTransfer: dropped });
  await uploaded(page, 'dot.png');
  await send(page, 'look at this');
  await committed(page, 'look at this');
  await page.reload();
  const show = line(page, 'look at this').getByRole('button', { name: 'Show dot.png' });
  await expect(show.getByRole('img', { name: 'dot.png' })).toBeVisible();
  await show.press('Enter');
  const large = page.getByRole('dialog', { name: 'dot.png' }).getByRole('img');
  await expect.poll(() => large.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(1);
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(show).toBeFocused();
});

test('an upload that fails says why and is tried again; one under way is cancelled', async ({
  person: page,
}) => {
  await startConversation(page);
  await page.route(UPLOADS, (route) => route.abort());
  await page.setInputFiles('input[type=file]', NOTES);
  // The client asks one node after the other for some seconds first.
  await expect(attached(page)).toContainText('No node could be reached.', { timeout: 60_000 });
  await expect(page.getByRole('button', { name: 'Send' })).toHaveAttribute('aria-disabled', 'true');
  await page.unroute(UPLOADS);
  await page.getByRole('button', { name: 'Upload notes.txt again' }).click();
  await uploaded(page, 'notes.txt');
  // Never answered.
  await page.route(UPLOADS, () => undefined);
  await page.setInputFiles('input[type=file]', PICTURE);
  await page.getByRole('button', { name: 'Cancel the upload of dot.png' }).click();
  await expect(attached(page).getByRole('listitem')).toHaveCount(1);
  await page.unroute(UPLOADS);
  await send(page, 'only the notes');
  await committed(page, 'only the notes');
});

test('what is refused is refused in words, and nothing else is lost', async ({ person: page }) => {
  await startConversation(page);
  await page.setInputFiles('input[type=file]', {
    ...PICTURE,
    buffer: Buffer.from('not a picture'),
  });
  await expect(attached(page)).toContainText('its bytes are not image/png');
  await page.getByRole('button', { name: 'Remove dot.png' }).click();
  await expect(attached(page)).toBeHidden();
  await send(page, 'without it');
  await committed(page, 'without it');
});
