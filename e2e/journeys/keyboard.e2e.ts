import { expect, type Page } from '@playwright/test';
import { expectAccessible } from '../support/axe.ts';
import { test } from '../support/journey.ts';
import { activate, tabTo } from '../support/keyboard.ts';
import {
  AGENT,
  answered,
  committed,
  composer,
  conversation,
  feed,
  line,
  startConversation,
  streaming,
} from '../support/pages.ts';
import { StubAgent } from '../support/stub-agent.ts';

/** Everything here is done without a pointer, but for what has to be there before it begins. */

async function say(page: Page, text: string): Promise<void> {
  await tabTo(page, composer(page));
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

/** Which pane has the focus. */
function pane(page: Page): Promise<string | null> {
  return page.evaluate(
    () => document.activeElement?.closest('[data-pane]')?.getAttribute('data-pane') ?? null,
  );
}

test('by keyboard: a conversation is begun, and a message sent', async ({ person: page }) => {
  await activate(page, page.getByRole('button', { name: 'New conversation', exact: true }));
  await activate(page, page.getByRole('dialog').getByRole('button', { name: AGENT }));
  await expect(composer(page)).toBeFocused();
  await page.keyboard.type('What is a group?');
  await page.keyboard.press('Enter');
  await committed(page, 'What is a group?');
  await answered(page);
});

test('by keyboard: an answer is stopped by its command', async ({ person: page }) => {
  await startConversation(page);
  await say(page, 'tell me a long story');
  await expect(streaming(page)).toContainText(/(\w+\W+){6}/);
  await page.keyboard.type('/st');
  await expect(page.getByRole('option', { name: /Stop the answer/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await answered(page);
  await expect(feed(page).getByText('Stopped')).toBeVisible();
  await expect(composer(page)).toHaveValue('');
});

test('by keyboard: an agent that failed is asked to try again', async ({ person: page }) => {
  await startConversation(page);
  await say(page, 'fail');
  const notice = page.getByRole('alert').filter({ hasText: 'did not answer' });
  await expect(notice).toBeVisible({ timeout: 60_000 });
  await activate(page, notice.getByRole('button', { name: 'Try again' }));
  await expect(notice).toBeHidden();
  await page.keyboard.press('Escape');
  await answered(page);
});

test('by keyboard: a text is found in the conversation, marked, and left again', async ({
  person: page,
}) => {
  await conversation(page, 'What is a group?');
  await page.keyboard.press('Control+f');
  const field = page.getByRole('textbox', { name: 'Find in this conversation' });
  await expect(field).toBeFocused();
  await page.keyboard.type('what is');
  const bar = page.getByRole('search', { name: 'Find in this conversation' });
  await expect(bar.getByRole('status')).toHaveText(/1 of \d/);
  await expect(bar).toContainText('The whole conversation was looked through.');
  const marks = () => page.evaluate(() => CSS.highlights.get('found-current')?.size ?? 0);
  await expect.poll(marks).toBeGreaterThan(0);
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(field).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(bar).toBeHidden();
  await expect(feed(page)).toBeFocused();
  await page.keyboard.press('PageUp');
  await expect(feed(page).locator('article:focus')).toHaveCount(1);
  await page.keyboard.press('PageUp');
  await page.keyboard.press('PageDown');
  await expect(feed(page).locator('article:focus')).toHaveCount(1);
  await page.keyboard.press('End');
  await expect(feed(page)).toBeFocused();
});

test('by keyboard: F6 goes from pane to pane, J and K from conversation to conversation', async ({
  person: page,
  system,
}) => {
  await conversation(page, 'What is a group?');
  await page.goto(`${system.webUrl}/inbox`);
  await startConversation(page);
  const seen: (string | null)[] = [];
  for (let press = 0; press < 5; press += 1) {
    await page.keyboard.press('F6');
    seen.push(await pane(page));
  }
  expect(seen.toSorted()).toEqual(['1', '2', '3', '4', '5']);
  while ((await pane(page)) !== '2') await page.keyboard.press('F6');
  const rows = page.getByRole('list', { name: 'Conversations' }).getByRole('link');
  await page.keyboard.press('Home');
  await expect(rows.first()).toBeFocused();
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await expect(rows.first()).toBeFocused();
  await page.keyboard.press('Shift+Escape');
  await expect(page.getByRole('dialog', { name: 'Mark all as read' })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
});

test('by keyboard: the list is filtered, and a conversation archived and brought back', async ({
  person: page,
  system,
}) => {
  await conversation(page, 'What is a group?');
  await page.goto(`${system.webUrl}/inbox`);
  await startConversation(page);
  const list = page.getByRole('list', { name: 'Conversations' });
  const count = await list.getByRole('listitem').first().getAttribute('aria-setsize');
  await tabTo(page, page.getByRole('radio', { name: 'All' }));
  for (const name of ['Unread', 'Archived']) {
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('radio', { name })).toBeFocused();
  }
  await page.keyboard.press('Enter');
  await expect(page.getByRole('radio', { name: 'Archived' })).toBeChecked();
  await page.keyboard.press('Home');
  await expect(page.getByRole('radio', { name: 'All' })).toBeFocused();
  await page.keyboard.press('Enter');
  await tabTo(page, list.getByRole('link').first());
  await page.keyboard.press('e');
  await expect(page.getByText('Archived.', { exact: true })).toBeVisible();
  await expect(list.getByRole('listitem').first()).toHaveAttribute(
    'aria-setsize',
    String(Number(count) - 1),
  );
  await activate(page, page.getByRole('button', { name: 'Undo' }));
  await expect(list.getByRole('listitem').first()).toHaveAttribute('aria-setsize', count ?? '');
});

test('by keyboard: messages are searched for, and one of them opened', async ({ person: page }) => {
  await conversation(page, 'What is a group?');
  while ((await pane(page)) !== '1') await page.keyboard.press('F6');
  await page.keyboard.press('/');
  const field = page.getByRole('searchbox');
  await expect(field).toBeVisible();
  const results = page.getByRole('list', { name: 'Messages found' });
  await expect(async () => {
    await tabTo(page, field);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('what is a group');
    await page.keyboard.press('Enter');
    await expect(results.getByRole('link').first()).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await activate(page, results.getByRole('link', { name: /You: What is a group/ }));
  await expect(page).toHaveURL(/\?at=\d+/);
  await expect(line(page, 'What is a group?').first()).toBeVisible();
});

test('by keyboard: an agent is registered', async ({ admin: page }) => {
  const agent = new StubAgent('Kim');
  await agent.listen();
  const list = page.getByRole('list', { name: 'Conversations' });
  await expect(list.or(page.getByText('No conversations yet'))).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await activate(page, page.getByRole('button', { name: 'Register agent' }));
  const dialog = page.getByRole('dialog');
  for (const [label, text] of [
    ['Id', agent.id],
    ['Name', agent.name],
    ['Origin URL', agent.url],
  ] as const) {
    await tabTo(page, dialog.getByLabel(label, { exact: true }));
    await page.keyboard.type(text);
  }
  await activate(page, dialog.getByRole('button', { name: 'Test call' }));
  await expect(dialog.getByText(/The agent replies/)).toBeVisible();
  await activate(page, dialog.getByRole('button', { name: 'Register', exact: true }));
  await expect(dialog.getByText(/whsec_/)).toBeVisible();
  await activate(page, dialog.getByRole('button', { name: 'Done' }));
  await expect(page.getByRole('link', { name: agent.name })).toBeVisible();
  agent.close();
});

test('by keyboard: a dead letter is replayed', async ({ admin: page, agent, system }) => {
  agent.words = null;
  await activate(page, page.getByRole('button', { name: 'New conversation', exact: true }));
  await activate(page, page.getByRole('dialog').getByRole('button', { name: agent.name }));
  await page.waitForURL(/\/inbox\/[0-9a-f]{2}-/);
  await tabTo(page, page.getByLabel(`Message ${agent.name}`));
  await page.keyboard.type('Are you there?');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /try again/i })).toBeVisible({ timeout: 60_000 });
  await page.goto(`${system.webUrl}/agents/${agent.id}/dead-letters`);
  agent.words = 'Here I am';
  await activate(page, page.getByRole('button', { name: 'Replay' }));
  await expect(page.getByText('One turn is being answered.')).toBeVisible();
});
