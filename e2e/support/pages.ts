import { type Browser, expect, type Locator, type Page } from '@playwright/test';
import type { RunningSystem } from './system.ts';

/** The name under which the demo agent is registered. */
export const AGENT = 'FleetLM guide';

/** A browser of its own, signed in. */
export async function signIn(
  browser: Browser,
  system: RunningSystem,
  account: 'demo' | 'second' | 'owner' | 'admin',
): Promise<Page> {
  const password = system.secrets[account === 'admin' ? 'adminPassword' : 'demoPassword'] ?? '';
  return signInWith(browser, system, `${account}@fleetlm.local`, password);
}

/** The same for any account. */
export async function signInWith(
  browser: Browser,
  system: RunningSystem,
  email: string,
  password: string,
): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${system.webUrl}/login`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
  return page;
}

/** Opens a new conversation with the demo agent; answers with its id. */
export async function startConversation(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'New conversation', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: AGENT }).click();
  await page.waitForURL(/\/inbox\/[0-9a-f]{2}-/);
  await expect(composer(page)).toBeVisible();
  return page.url().split('/').at(-1) ?? '';
}

export function composer(page: Page): Locator {
  return page.getByLabel(`Message ${AGENT}`);
}

export async function send(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

export function feed(page: Page): Locator {
  return page.getByRole('feed', { name: 'Messages' });
}

/** The line of a message with this text. */
export function line(page: Page, text: string | RegExp): Locator {
  return feed(page).getByRole('article').filter({ hasText: text });
}

/** Waits until the person's own message shows its number: a quorum has it on disk. */
export async function committed(page: Page, text: string): Promise<void> {
  await expect(line(page, text).getByLabel('sent')).toBeVisible();
}

/** Waits until no answer is being written any more. */
export async function answered(page: Page): Promise<void> {
  await expect(feed(page)).toHaveAttribute('aria-busy', 'false', { timeout: 30_000 });
}

/** The answer in progress: it has no number yet. */
export function streaming(page: Page): Locator {
  return feed(page).getByRole('article', { name: AGENT, exact: true });
}

/** The numbers of the messages in view, in the order of the page. */
export async function numbers(page: Page): Promise<readonly number[]> {
  const texts = await feed(page)
    .getByTitle(/^Committed/)
    .allInnerTexts();
  return texts.map((text) => Number(/#(\d+)/.exec(text)?.[1]));
}

/** A new conversation of one question, answered; answers with its id. */
export async function conversation(page: Page, question: string): Promise<string> {
  const id = await startConversation(page);
  await send(page, question);
  await committed(page, question);
  await answered(page);
  return id;
}
