import { expect } from '@playwright/test';
import { expectAccessible } from '../support/axe.ts';
import { test } from '../support/journey.ts';
import { answered, committed, feed, line } from '../support/pages.ts';

/** How conversations begin, what they are called, and how they are kept in view. */
test('a conversation begins with its first message, and is called by it until the agent names it', async ({
  person: page,
  agent,
  system,
}) => {
  await page.goto(`${system.webUrl}/inbox?agent=${agent.id}`);
  const field = page.getByLabel(`First message to ${agent.name}`);
  await field.fill('How do I move a group to another node?');
  await expectAccessible(page);
  await field.press('Enter');
  await committed(page, 'How do I move a group');
  const title = page.getByRole('heading', { name: 'How do I move a group to another node?' });
  await expect(title).toBeVisible();
  const rows = page.getByRole('list', { name: 'Conversations' });
  await expect(rows.getByRole('listitem').first()).toContainText('Today');
  await expect(rows.getByRole('link').first()).toContainText('How do I move a group');
  await answered(page);
  await expectAccessible(page);
});

test('an owner says what an agent is for, and what may be asked first', async ({
  owner: page,
  agent,
  system,
}) => {
  await page.goto(`${system.webUrl}/agents/${agent.id}/settings`);
  const form = page.getByRole('form', { name: 'Settings' });
  await form.getByLabel('Description').fill('Answers questions about orders.');
  await form.getByLabel('Suggested prompts').fill('Where is my order?\nI want my money back.');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await expectAccessible(page);
  await page.goto(`${system.webUrl}/inbox?agent=${agent.id}`);
  await expect(page.getByText('Answers questions about orders.')).toBeVisible();
  await page.getByRole('button', { name: 'I want my money back.' }).click();
  const field = page.getByLabel(`First message to ${agent.name}`);
  await expect(field).toHaveValue('I want my money back.');
  await expect(field).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(line(page, 'I want my money back.')).toBeVisible();
});

test('a conversation that is pinned stands above the others, on every device', async ({
  person: page,
  agent,
  system,
}) => {
  for (const text of ['The first one', 'The second one']) {
    await page.goto(`${system.webUrl}/inbox?agent=${agent.id}`);
    await page.getByLabel(`First message to ${agent.name}`).fill(text);
    await page.keyboard.press('Enter');
    await committed(page, text);
    await answered(page);
  }
  const rows = page.getByRole('list', { name: 'Conversations' }).getByRole('link');
  await rows.filter({ hasText: 'The first one' }).click();
  await expect(feed(page)).toContainText('The first one');
  await page.getByRole('button', { name: 'Conversation menu' }).click();
  await page.getByRole('menuitem', { name: 'Pin' }).click();
  await page.goto(`${system.webUrl}/inbox`);
  await expect(rows.first()).toContainText('The first one');
  await expect(page.getByRole('listitem').filter({ hasText: 'Pinned' })).toHaveCount(1);
  await expectAccessible(page);
});

test('an agent is deleted after its owner has read what happens to its conversations', async ({
  owner: page,
  agent,
  system,
}) => {
  await page.goto(`${system.webUrl}/inbox?agent=${agent.id}`);
  await page.getByLabel(`First message to ${agent.name}`).fill('Are you there?');
  await page.keyboard.press('Enter');
  await committed(page, 'Are you there?');
  await answered(page);
  const conversation = page.url();
  await page.goto(`${system.webUrl}/agents/${agent.id}/settings`);
  await page.getByRole('button', { name: 'Delete…' }).click();
  const dialog = page.getByRole('dialog', { name: `Delete ${agent.name}?` });
  await expect(dialog).toContainText('They stay readable');
  await expectAccessible(page);
  await expect(dialog.getByRole('button', { name: 'Delete for good' })).toBeDisabled();
  await dialog.getByLabel(`Type ${agent.id} to confirm`).fill(agent.id);
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await expect(page).toHaveURL(/\/agents$/);
  await page.goto(conversation);
  await expect(line(page, 'Are you there?')).toBeVisible();
});
