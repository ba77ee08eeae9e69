import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { answered, committed, send, signIn, startConversation } from './support/pages.ts';
import { type RunningSystem, removeData, startSystem } from './support/system.ts';

const IMAGES = join(import.meta.dirname, '../docs/guide/images');
const PORT_BASE = 19_000;

test.describe.configure({ mode: 'serial' });
let system: RunningSystem;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  system = await startSystem({ portBase: PORT_BASE });
});
test.afterAll(async () => {
  await system.interrupt();
  removeData(system);
});

async function shoot(page: Page, name: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const isDark = () => page.evaluate(() => document.documentElement.classList.contains('dark'));
    await expect.poll(isDark).toBe(theme === 'dark');
    const file = theme === 'light' ? `${name}.png` : `${name}-dark.png`;
    await page.screenshot({ path: join(IMAGES, file) });
  }
}

test('sign-in', async ({ page }) => {
  await page.goto(`${system.webUrl}/login`);
  await shoot(page, 'sign-in');
});

test('a conversation', async ({ browser }) => {
  const page = await signIn(browser, system, 'demo');
  for (const question of [
    'What is a group?',
    'calculate 6 * 7',
    'What happens when a node dies?',
  ]) {
    if (question.startsWith('What is')) await startConversation(page);
    await send(page, question);
    await committed(page, question);
    await answered(page);
  }
  await shoot(page, 'chat');
});

test('the playground', async ({ browser }) => {
  const page = await signIn(browser, system, 'admin');
  await page.goto(`${system.webUrl}/admin/playground?scenario=split-vote`);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(page.getByText('n3 is a candidate in term 2')).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).click();
  await shoot(page, 'playground');
});

test('the cluster', async ({ browser }) => {
  const page = await signIn(browser, system, 'admin');
  await page.goto(`${system.webUrl}/admin`);
  await expect(page.getByRole('rowheader', { name: 'n3' })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Values' }).first()).toContainText(/n3\s*[\d.]+ ms/);
  await shoot(page, 'cluster');
  await page.goto(`${system.webUrl}/admin/groups?g=a3`);
  await expect(page.getByRole('region', { name: 'Group A3' })).toContainText('leader');
  await shoot(page, 'groups');
});
