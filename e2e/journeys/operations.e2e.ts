import { expect, type Page } from '@playwright/test';
import { expectAccessible } from '../support/axe.ts';
import { test } from '../support/journey.ts';
import { enter } from '../support/keyboard.ts';
import { Operator } from '../support/operator.ts';

/** Moving all groups on a machine that also runs everything else. */
const MOVE_LIMIT_MS = 180_000;

/** The cluster as its operators change it, without a pointer. */

test.afterEach(async ({ system }) => {
  test.setTimeout(2 * MOVE_LIMIT_MS);
  await new Operator(system).undoAll(MOVE_LIMIT_MS);
});

test('a node is drained and taken back by keyboard; what it costs is seen and accepted before', async ({
  admin: page,
  system,
}) => {
  test.setTimeout(3 * MOVE_LIMIT_MS);
  await page.goto(`${system.webUrl}/admin/nodes/n3`);
  await press(page, 'Drain…');
  const dialog = page.getByRole('dialog', { name: 'Drain n3' });
  await expect(dialog).toContainText('Afterwards the cluster does not tolerate a node failure.');
  await expectAccessible(page);
  const begin = dialog.getByRole('button', { name: 'Drain n3' });
  await expect(begin).toBeDisabled();
  await dialog.getByLabel(/^To continue anyway/).focus();
  await page.keyboard.type('n3');
  await page.keyboard.press('Enter');
  await expect(dialog.getByText(/Started: operation/)).toBeVisible();
  await enter(page, dialog.getByRole('link', { name: 'View operation' }));
  await expect(page).toHaveURL(/\/admin\/operations\//);
  const title = page.getByRole('heading', { level: 1 });
  await expect(title).toContainText(/Drain n3 . (running|done)/);
  await expect(title).toContainText('done', { timeout: MOVE_LIMIT_MS });
  await expectAccessible(page);
  await page.goto(`${system.webUrl}/admin`);
  await expect(page.getByRole('row', { name: /^n3/ })).toContainText('up, drained');
  await page.goto(`${system.webUrl}/admin/nodes/n3`);
  await press(page, 'Undrain…');
  const back = page.getByRole('dialog', { name: 'Undrain n3' });
  await expect(back.getByText('Groups with moving replicas')).toBeVisible();
  await enter(page, back.getByRole('button', { name: 'Undrain n3' }));
  await enter(page, back.getByRole('link', { name: 'View operation' }));
  await expect(page.getByText(/\d+ of \d+ groups/)).toBeVisible();
  await expect(title).toContainText('done', { timeout: MOVE_LIMIT_MS });
  const table = await operationsTable(page, system.webUrl);
  await expect(table.getByRole('row', { name: /Drain n3/ }).first()).toContainText('done');
});

test('an operation that cannot finish is cancelled, another one is refused beside it, and both are on record', async ({
  admin: page,
  system,
  faults,
}) => {
  test.setTimeout(2 * MOVE_LIMIT_MS);
  const operator = new Operator(system);
  await page.goto(`${system.webUrl}/admin/nodes/n2`);
  const paused = await aNodeNotAsked(page);
  const third = paused === 'n3' ? 'n1' : 'n3';
  await test.step(`${paused} hangs: without it the copies of n2 have nowhere to go`, async () => {
    await faults.break('pause', paused);
    await page.goto(`${system.webUrl}/admin`);
    await expect(page.getByRole('row', { name: new RegExp(`^${paused}`) })).toContainText('down', {
      timeout: 60_000,
    });
  });
  const other = await page.context().newPage();
  const beside = other.getByRole('dialog', { name: `Drain ${third}` });
  await test.step(`another operator is about to drain ${third}`, async () => {
    await other.goto(`${system.webUrl}/admin/nodes/${third}`);
    await press(other, 'Drain…');
    await beside.getByLabel(/^To continue anyway/).fill(third);
    await expect(beside.getByRole('button', { name: `Drain ${third}` })).toBeEnabled();
  });
  await test.step('the drain of n2 begins, and waits', async () => {
    await page.goto(`${system.webUrl}/admin/nodes/n2`);
    await press(page, 'Drain…');
    const dialog = page.getByRole('dialog', { name: 'Drain n2' });
    await expect(dialog).toContainText(`${paused} can't be reached at the moment`);
    await dialog.getByLabel(/^To continue anyway/).fill('n2');
    await page.keyboard.press('Enter');
    await dialog.getByRole('link', { name: 'View operation' }).click();
    const waits = page.getByRole('region', { name: 'Waiting groups' });
    await expect(waits).toContainText(/can't be reached|too few/);
  });
  await test.step('the other one is refused with the reason, and is not offered any more', async () => {
    await enter(other, beside.getByRole('button', { name: `Drain ${third}` }));
    await expect(
      other.getByText(/drain of n2 is running .*: wait for it, or cancel it/),
    ).toBeVisible();
    await enter(other, beside.getByRole('button', { name: 'Not now' }));
    const offer = other.getByRole('button', { name: 'Drain…' });
    await expect(offer).toBeDisabled();
    await expect(offer).toHaveAttribute('title', 'Wait until “Drain n2” has ended.');
    await other.close();
    expect(await operator.begin({ kind: 'drain', node_id: third })).toMatchObject({
      status: 409,
      body: { code: 'conflict', detail: expect.stringContaining('drain of n2 is running') },
    });
  });
  await test.step('it is cancelled, and n2 is wanted again', async () => {
    await press(page, 'Cancel…');
    await press(page, 'Cancel the operation');
    await expect(page.getByRole('heading', { level: 1 })).toContainText('cancelled');
    await expect(page.getByRole('button', { name: 'Cancel…' })).toBeHidden();
    await page.goto(`${system.webUrl}/admin`);
    await expect(page.getByRole('row', { name: /^n2/ })).not.toContainText('draining');
  });
  await test.step('what was done is written down', async () => {
    const table = await operationsTable(page, system.webUrl);
    await expect(table.getByRole('row', { name: /Drain n2/ }).first()).toContainText('cancelled');
    await expectAccessible(page, 'tbody tr:nth-child(n + 4)');
    await page
      .getByRole('navigation', { name: 'Cluster' })
      .getByRole('link', { name: 'Audit' })
      .click();
    const audit = page.getByRole('region', { name: 'Audit log' });
    await expect(audit.getByRole('row', { name: /started Drain n2/ }).first()).toBeVisible();
    await expect(audit.getByRole('row', { name: /cancelled Drain n2/ }).first()).toBeVisible();
    await expectAccessible(page, 'tbody tr:nth-child(n + 4)');
  });
});

test('an operation that finishes before its cancellation arrives: the screen says so and shows it as done', async ({
  admin: page,
  system,
  faults,
}) => {
  const operator = new Operator(system);
  await page.goto(`${system.webUrl}/admin`);
  const paused = await aNodeNotAsked(page);
  await faults.break('pause', paused);
  await operator.isLedByAnother(7, paused);
  // A node that hangs takes no leadership: the transfer waits until it answers again.
  const begun = await operator.begin({ kind: 'transfer', node_id: paused, group: 7 });
  expect(begun.status).toBe(202);
  const id = begun.body.operation?.id ?? '';
  await page.goto(`${system.webUrl}/admin/operations/${id}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('running');
  await press(page, 'Cancel…');
  const dialog = page.getByRole('dialog', { name: `Cancel: Transfer group 07 to ${paused}` });
  await page.route('**/cancel', async (route) => {
    await faults.mend(paused);
    await operator.ended(id, 60_000);
    await route.continue();
  });
  const answer = page.waitForResponse('**/cancel', { timeout: 90_000 });
  await enter(page, dialog.getByRole('button', { name: 'Cancel the operation' }));
  const late = await answer;
  expect(late.status()).toBe(409);
  expect(await late.json()).toMatchObject({
    code: 'conflict',
    detail: 'the operation is already done: there is nothing to cancel',
  });
  await expect(dialog.getByRole('status')).toHaveText(
    `Transfer group 07 to ${paused}: already finished. Nothing was cancelled.`,
  );
  await expectAccessible(page);
  await enter(page, dialog.getByRole('button', { name: 'Close' }).last());
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('done');
  await expect(page.getByRole('button', { name: 'Cancel…' })).toBeHidden();
  await expect(page.getByText('there is nothing to cancel')).toBeHidden();
});

test('a leadership is transferred by keyboard to a replica that is up to date', async ({
  admin: page,
  system,
}) => {
  await page.goto(`${system.webUrl}/admin/groups?g=07`);
  const group = page.getByRole('region', { name: 'Group 07' });
  await expect(group.getByText(/Commits [\d.,]+\/s/)).toBeVisible();
  const choices = group.getByRole('button', { name: /^to n\d up to date/ });
  const to = /to (n\d)/.exec(await choices.first().innerText())?.[1] ?? '';
  await enter(page, group.getByRole('button', { name: new RegExp(`^to ${to} `) }));
  const dialog = page.getByRole('dialog', { name: `Transfer group 07 to ${to}` });
  const begin = dialog.getByRole('button', { name: `Transfer group 07 to ${to}` });
  await expect(begin).toBeEnabled();
  await enter(page, begin);
  await expect(dialog.getByText(/Started: operation/)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

async function press(page: Page, name: string): Promise<void> {
  await enter(page, page.getByRole('button', { name }));
}

/** A node other than n2 that this page does not get its figures from. */
async function aNodeNotAsked(page: Page): Promise<'n1' | 'n3'> {
  const live = page.getByText(/Live · reported by n\d/);
  await expect(live).toBeVisible();
  return /n3/.test(await live.innerText()) ? 'n1' : 'n3';
}

async function operationsTable(page: Page, webUrl: string) {
  await page.goto(`${webUrl}/admin/operations`);
  return page.getByRole('region', { name: 'Table of operations' });
}
