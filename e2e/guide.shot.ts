import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import sharp from 'sharp';
import { answered, committed, send, signIn, startConversation } from './support/pages.ts';
import { type RunningSystem, removeData, startSystem } from './support/system.ts';

const IMAGES = join(import.meta.dirname, '../docs/guide/images');
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };

test.describe.configure({ mode: 'serial' });
let system: RunningSystem;
let person: Page;
let admin: Page;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000);
  system = await startSystem();
  [person, admin] = [await signIn(browser, system, 'demo'), await signIn(browser, system, 'admin')];
});
test.afterAll(async () => {
  await system.interrupt();
  removeData(system);
});

async function shoot(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const isDark = () => page.evaluate(() => document.documentElement.classList.contains('dark'));
    await expect.poll(isDark).toBe(theme === 'dark');
    const file = theme === 'light' ? `${name}.png` : `${name}-dark.png`;
    // A palette is all that the pages need, and a third of the bytes.
    const picture = sharp(await page.screenshot()).png({ palette: true, effort: 10 });
    await picture.toFile(join(IMAGES, file));
  }
}

async function converse(page: Page, title: string, questions: readonly string[]): Promise<void> {
  // From a conversation the address would be one at once.
  await page.goto(`${system.webUrl}/inbox`);
  await startConversation(page);
  for (const question of questions) {
    await send(page, question);
    await committed(page, question);
    await answered(page);
  }
  await page.getByRole('button', { name: 'Conversation menu' }).click();
  await page.getByRole('menuitem', { name: 'Rename…' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(title);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: title })).toBeVisible();
}

test('sign-in', async ({ page }) => {
  await page.goto(`${system.webUrl}/login`);
  await shoot(page, 'sign-in');
});

test('conversations', async () => {
  await converse(person, 'A mail to Bob', ['send a mail to Bob']);
  await converse(person, 'What a node does', ['What happens when a node dies?']);
  await converse(person, 'First questions', ['What is a group?', 'calculate 6 * 7']);
  await send(person, 'What happens when a node dies?');
  await answered(person);
  await shoot(person, 'chat');
  await person.setViewportSize(PHONE);
  await shoot(person, 'chat-phone');
  await person.getByRole('link', { name: 'Back to the inbox' }).click();
  await shoot(person, 'inbox-phone');
  await person.setViewportSize(DESKTOP);
  await shoot(person, 'inbox');
  await person.getByRole('link', { name: /First questions/ }).click();
  await expect(person.getByRole('heading', { name: 'First questions' })).toBeVisible();
  await person.keyboard.press('Control+f');
  await person.keyboard.type('group');
  await expect(person.getByText('The whole conversation was looked through.')).toBeVisible();
  await shoot(person, 'find');
});

test('search and settings', async () => {
  await expect(async () => {
    await person.goto(`${system.webUrl}/search?q=node`);
    await expect(
      person.getByRole('list', { name: 'Messages found' }).getByRole('link').first(),
    ).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await shoot(person, 'search');
  await person.goto(`${system.webUrl}/settings`);
  await expect(person.getByRole('list', { name: 'Devices' })).toBeVisible();
  await shoot(person, 'settings');
});

test('agents', async () => {
  await admin.goto(`${system.webUrl}/agents`);
  const guide = admin.getByRole('link', { name: 'FleetLM guide' });
  await expect(guide).toBeVisible();
  await shoot(admin, 'agents');
  await guide.click();
  await expect(admin.getByRole('row', { name: /Delivered/ })).toBeVisible();
  await shoot(admin, 'agent');
  const tabs = admin.getByRole('navigation', { name: /guide|Agent/ });
  for (const [tab, name] of [
    ['Deliveries', 'agent-deliveries'],
    ['Dead letters', 'agent-dead-letters'],
    ['Playground', 'agent-playground'],
    ['Settings', 'agent-settings'],
  ] as const) {
    const link = tabs.getByRole('link', { name: tab });
    await link.click();
    await expect(link).toHaveAttribute('aria-current', 'page');
    await expect(admin.getByText('Loading')).toBeHidden();
    if (tab === 'Playground') {
      await admin.getByRole('button', { name: 'Call the agent' }).click();
      await expect(admin.getByText(/The agent replies/)).toBeVisible();
    }
    await shoot(admin, name);
  }
});

test('accounts', async () => {
  await admin.goto(`${system.webUrl}/admin/accounts`);
  await expect(admin.getByRole('list', { name: 'Accounts' })).toContainText('(you)');
  await shoot(admin, 'accounts');
});

test('the playground', async () => {
  await admin.goto(`${system.webUrl}/admin/playground?scenario=split-vote`);
  await admin.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(admin.getByText('n3 is a candidate in term 2')).toBeVisible();
  await admin.getByRole('button', { name: 'Pause' }).click();
  await shoot(admin, 'playground');
});

test('the cluster', async () => {
  await admin.goto(`${system.webUrl}/admin`);
  await expect(admin.getByRole('rowheader', { name: 'n3' })).toBeVisible();
  await expect(admin.getByRole('list', { name: 'Values' }).first()).toContainText(/n3\s*[\d.]+ ms/);
  await shoot(admin, 'cluster');
  await admin.goto(`${system.webUrl}/admin/groups?g=a3`);
  await expect(admin.getByRole('region', { name: 'Group A3' })).toContainText('leader');
  await shoot(admin, 'groups');
  for (const [path, name] of [
    ['nodes', 'nodes'],
    ['nodes/n1', 'node'],
    ['flush', 'flush'],
    ['dispatch', 'dispatch'],
    ['events', 'events'],
  ] as const) {
    await admin.goto(`${system.webUrl}/admin/${path}`);
    await expect(admin.getByText('n1').filter({ visible: true }).first()).toBeVisible();
    await admin.waitForLoadState('networkidle');
    await shoot(admin, name);
  }
});
