import { expect, type Page, test } from '@playwright/test';
import { expectAccessible } from '../support/axe.ts';

/** Moving 256 groups on a machine that also runs everything else. */
const MOVE_LIMIT_MS = 180_000;

/** The cluster as its operators change it, without a pointer. */
export function operationJourneys(admin: () => Page, webUrl: () => string): void {
  test('a node is drained and taken back by keyboard; what it costs is seen and accepted before', async () => {
    test.setTimeout(3 * MOVE_LIMIT_MS);
    const page = admin();
    await page.goto(`${webUrl()}/admin/nodes/n3`);
    await press(page, 'Drain…');
    const dialog = page.getByRole('dialog', { name: 'Drain n3' });
    await expect(dialog).toContainText('Afterwards no node can be lost.');
    await expectAccessible(page);
    const begin = dialog.getByRole('button', { name: 'Drain n3' });
    await expect(begin).toBeDisabled();
    await dialog.getByLabel(/^To go on all the same/).focus();
    await page.keyboard.type('n3');
    await page.keyboard.press('Enter');
    await expect(dialog.getByText(/The cluster has taken it on/)).toBeVisible();
    await dialog.getByRole('link', { name: 'Follow it' }).focus();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/admin\/operations\//);
    await expect(page.getByRole('heading', { level: 1 })).toContainText(
      /Drain n3 . (running|done)/,
    );
    await expect(page.getByRole('heading', { level: 1 })).toContainText('done', {
      timeout: MOVE_LIMIT_MS,
    });
    await expectAccessible(page);
    await page.goto(`${webUrl()}/admin`);
    await expect(page.getByRole('row', { name: /^n3/ })).toContainText('up, draining');
    await page.goto(`${webUrl()}/admin/nodes/n3`);
    await press(page, 'Take back…');
    const back = page.getByRole('dialog', { name: 'Take n3 back' });
    await expect(back.getByText('Groups whose copies move')).toBeVisible();
    await back.getByRole('button', { name: 'Take n3 back' }).focus();
    await page.keyboard.press('Enter');
    await back.getByRole('link', { name: 'Follow it' }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByText(/\d+ of \d+ groups/)).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('done', {
      timeout: MOVE_LIMIT_MS,
    });
  });

  test('an operation is cancelled, and another one is refused beside it', async () => {
    test.setTimeout(2 * MOVE_LIMIT_MS);
    const page = admin();
    await page.goto(`${webUrl()}/admin/nodes/n2`);
    await press(page, 'Drain…');
    const dialog = page.getByRole('dialog', { name: 'Drain n2' });
    await dialog.getByLabel(/^To go on all the same/).fill('n2');
    await page.keyboard.press('Enter');
    await dialog.getByRole('link', { name: 'Follow it' }).click();
    await page.getByRole('button', { name: 'Cancel…' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Cancel the operation' }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1 })).toContainText('cancelled');
    await page.goto(`${webUrl()}/admin`);
    await expect(page.getByRole('row', { name: /^n2/ })).not.toContainText('draining');
  });

  test('a leadership is transferred by keyboard to a replica that is up to date', async () => {
    const page = admin();
    await page.goto(`${webUrl()}/admin/groups?g=07`);
    const group = page.getByRole('region', { name: 'Group 07' });
    await expect(group.getByText(/It commits [\d.,]+\/s now/)).toBeVisible();
    const choice = group.getByRole('button', { name: /^to n\d up to date/ }).first();
    const to = /to (n\d)/.exec(await choice.innerText())?.[1] ?? '';
    await choice.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: `Transfer group 07 to ${to}` });
    const begin = dialog.getByRole('button', { name: `Transfer group 07 to ${to}` });
    await expect(begin).toBeEnabled();
    await begin.focus();
    await page.keyboard.press('Enter');
    await expect(dialog.getByText(/The cluster has taken it on/)).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  });

  test('what was done is written down, with who did it', async () => {
    const page = admin();
    const tabs = page.getByRole('navigation', { name: 'Cluster' });
    await tabs.getByRole('link', { name: 'Operations' }).click();
    const table = page.getByRole('region', { name: 'Table of operations' });
    await expect(table.getByRole('row', { name: /Drain n2/ })).toContainText('cancelled');
    await expect(table.getByRole('row', { name: /Drain n3/ })).toContainText('done');
    await expectAccessible(page, 'tbody tr:nth-child(n + 4)');
    await tabs.getByRole('link', { name: 'Audit' }).click();
    const audit = page.getByRole('region', { name: 'Table of what was done' });
    await expect(audit.getByRole('row', { name: /started Drain n3/ })).toBeVisible();
    await expect(audit.getByRole('row', { name: /cancelled Drain n2/ })).toBeVisible();
    await expectAccessible(page, 'tbody tr:nth-child(n + 4)');
  });
}

/** As soon as it can be: figures have to be of now. */
async function press(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name });
  await expect(button).toBeEnabled({ timeout: 15_000 });
  await button.focus();
  await page.keyboard.press('Enter');
}
