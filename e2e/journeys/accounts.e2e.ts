import { type Browser, expect, type Page } from '@playwright/test';
import { unique } from '../support/accounts.ts';
import { expectAccessible } from '../support/axe.ts';
import { test } from '../support/journey.ts';
import { signInWith } from '../support/pages.ts';
import type { RunningSystem } from '../support/system.ts';

const EMAIL = `eve-${unique()}@example.org`;

/** Admins say who may sign in, and what they may do. */
test('an account is added, given another role, another password, and removed', async ({
  browser,
  admin: page,
  system,
}) => {
  await page.goto(`${system.webUrl}/admin/accounts`);
  const form = page.getByRole('form', { name: 'Add an account' });
  await form.getByLabel('Name').fill('Eve');
  await form.getByLabel('E-mail').fill(EMAIL);
  await form.getByLabel('E-mail').press('Enter');
  const first = await shownPassword(page);
  await expectAccessible(page);
  await form.getByLabel('Name').fill('Another Eve');
  await form.getByLabel('E-mail').fill(EMAIL.toUpperCase());
  await form.getByRole('button', { name: 'Add account' }).click();
  await expect(page.getByRole('alert').filter({ hasText: /already/ })).toBeVisible();

  const eve = await signInWith(browser, system, EMAIL, first);
  const areas = eve.getByRole('navigation', { name: 'Areas' });
  await expect(areas.getByRole('link', { name: 'Agents' })).toHaveCount(0);
  const row = page.getByRole('list', { name: 'Accounts' }).getByRole('listitem');
  const own = row.filter({ hasText: EMAIL });
  await page.getByLabel(`Role of ${EMAIL}`).selectOption('owner');
  await expect(page.getByLabel(`Role of ${EMAIL}`)).toBeEnabled();
  await expect(page.getByLabel(`Role of ${EMAIL}`)).toHaveValue('owner');
  await expect(own).toContainText('not signed in');
  await eve.reload();
  await expect(eve.getByLabel('Password')).toBeVisible();
  await eve.context().close();
  const owner = await signInWith(browser, system, EMAIL, first);
  await expect(
    owner.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Agents' }),
  ).toBeVisible();
  await owner.context().close();

  await own.getByRole('button', { name: 'Reset password…' }).click();
  await page.getByRole('button', { name: 'Reset password' }).click();
  const second = await shownPassword(page);
  expect(second).not.toBe(first);
  await expectRefused(browser, system, first);
  await (await signInWith(browser, system, EMAIL, second)).context().close();

  await own.getByRole('button', { name: 'Remove…' }).click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Remove the account' }).click();
  await expect(own).toHaveCount(0);
  await expectRefused(browser, system, second);
  const mine = row.filter({ hasText: '(you)' });
  await expect(mine.getByRole('button', { name: 'Remove…' })).toBeDisabled();
});

async function shownPassword(page: Page): Promise<string> {
  const shown = page.getByRole('region', { name: `Password of ${EMAIL}` });
  const password = (await shown.getByRole('code').innerText()).trim();
  await shown.getByRole('button', { name: 'Done' }).click();
  await expect(shown).toBeHidden();
  return password;
}

async function expectRefused(
  browser: Browser,
  { webUrl }: RunningSystem,
  password: string,
): Promise<void> {
  const page = await browser.newPage();
  await page.goto(`${webUrl}/login`);
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText(/do not match an account/)).toBeVisible();
  await page.context().close();
}
