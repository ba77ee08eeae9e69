import { type Browser, expect, type Page } from '@playwright/test';
import { type Account, addAccount, openAs } from '../support/accounts.ts';
import { expectAccessible } from '../support/axe.ts';
import { test } from '../support/journey.ts';
import { answered, committed, composer, conversation, feed, line, send } from '../support/pages.ts';
import type { RunningSystem } from '../support/system.ts';

/** What people do about their account and this device. */
test('settings are kept on the device, and letter keys can be switched off', async ({
  person: page,
  system,
}) => {
  await page.goto(`${system.webUrl}/settings`);
  await expect(page.getByRole('list', { name: 'Devices' })).toContainText('This device');
  await expectAccessible(page);
  await page.getByRole('radio', { name: 'Dark' }).click();
  await page.getByRole('checkbox', { name: /Shortcuts of a single letter/ }).uncheck();
  await page.reload();
  await expect(page.locator('html')).toHaveClass(/dark/);
  await expect(page.getByRole('checkbox', { name: /single letter/ })).not.toBeChecked();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.getByRole('checkbox', { name: /single letter/ }).check();
  await page.getByRole('heading', { name: 'Settings' }).click();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
});

test('a wrong password changes nothing, and a short one is refused', async ({
  person: page,
  system,
}) => {
  await page.goto(`${system.webUrl}/settings`);
  const form = page.getByRole('form', { name: 'Password' });
  await form.getByLabel('Current password').fill('not the one');
  await form.getByLabel('New password').fill('long enough for it');
  await form.getByRole('button', { name: 'Change password' }).click();
  await expect(form.getByRole('alert')).toContainText('not your current password');
});

test('a device is signed out from another one: it signs in again in place, and loses nothing', async ({
  browser,
  person,
  account,
  system,
}) => {
  const other = await signedOutDevice(browser, person, system, account);
  const dialog = other.getByRole('dialog', { name: 'Sign in again' });
  await expectAccessible(other);
  await other.keyboard.press('Escape');
  const written = 'Written signed out';
  for (const text of [`${written}, one`, `${written}, two`]) await send(other, text);
  await expect(line(other, `${written}, two`)).toContainText('Waits to be sent');
  await composer(other).fill('A draft that stays');
  await other.getByRole('button', { name: 'Sign in' }).click();
  await dialog.getByLabel('Password').fill('wrong');
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await expect(dialog.getByRole('alert')).toContainText('do not match');
  await dialog.getByLabel('Password').fill(account.password);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await expect(dialog).toBeHidden();
  await committed(other, `${written}, two`);
  await answered(other);
  const own = await feed(other)
    .getByRole('article', { name: /^You, message/ })
    .filter({ hasText: written })
    .allInnerTexts();
  expect(own.map((text) => /signed out, (\w+)/.exec(text)?.[1])).toEqual(['one', 'two']);
  await expect(composer(other)).toHaveValue('A draft that stays');
  await other.context().close();
});

test('another user who signs in there does not send what the first one wrote', async ({
  browser,
  person,
  account,
  system,
}) => {
  const other = await signedOutDevice(browser, person, system, account);
  const path = new URL(other.url()).pathname;
  const mine = 'Only in my name';
  const second = await addAccount(system, 'user');
  await other.keyboard.press('Escape');
  await send(other, mine);
  await other.getByRole('button', { name: 'Sign in' }).click();
  const dialog = other.getByRole('dialog', { name: 'Sign in again' });
  await dialog.getByLabel('E-mail').fill(second.email);
  await dialog.getByLabel('Password').fill(account.password);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await other.waitForURL(/\/inbox$/);
  await expect(other.getByRole('button', { name: /Account of/ })).toBeVisible();
  const waiting = () =>
    other.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('.outbox.')));
  expect(await waiting()).toHaveLength(1);
  await other.goto(`${system.webUrl}${path}`);
  await expect(other.getByText(/no such conversation/)).toBeVisible();
  expect(await waiting()).toHaveLength(1);
  await other.getByRole('button', { name: /Account of/ }).press('Enter');
  await other.getByRole('menuitem', { name: 'Sign out' }).press('Enter');
  await other.getByLabel('E-mail').fill(account.email);
  await other.getByLabel('Password').fill(account.password);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(other.getByRole('heading', { name: 'Inbox' })).toBeVisible();
  await expect.poll(waiting).toHaveLength(0);
  await other.goto(`${system.webUrl}${path}`);
  const own = feed(other).getByRole('article', { name: /^You/ });
  await expect(own.filter({ hasText: mine })).toHaveCount(1);
  await committed(other, mine);
  await other.context().close();
});

/** A second browser of the person, in a conversation, that the first one has just signed out. */
async function signedOutDevice(
  browser: Browser,
  person: Page,
  system: RunningSystem,
  account: Account,
): Promise<Page> {
  await conversation(person, 'What is a group?');
  const other = await openAs(browser, system, account);
  await other.getByRole('list', { name: 'Conversations' }).getByRole('link').first().click();
  await expect(composer(other)).toBeVisible();
  await expect(feed(other)).toBeVisible();
  await person.goto(`${system.webUrl}/settings`);
  await person.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await expect(person.getByText('No other devices are signed in.')).toBeVisible();
  // As when the network comes back: the page looks whether it is still signed in.
  await other.evaluate(() => window.dispatchEvent(new Event('online')));
  await expect(other.getByRole('dialog', { name: 'Sign in again' })).toBeVisible();
  return other;
}
