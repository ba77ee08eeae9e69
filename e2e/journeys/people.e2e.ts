import { expect } from '@playwright/test';
import { expectAccessible } from '../support/axe.ts';
import { test } from '../support/journey.ts';
import {
  answered,
  committed,
  composer,
  conversation,
  feed,
  line,
  send,
  startConversation,
  streaming,
} from '../support/pages.ts';

/** What people do in their conversations. */
test('ticks say what is committed and what the agent has', async ({ person: page }) => {
  await conversation(page, 'What is a group?');
  await expect(line(page, 'What is a group?').getByLabel(/has it$/)).toBeVisible();
  await expectAccessible(page);
});

test('another answer takes the place of the last one, which stays as an earlier version', async ({
  person: page,
}) => {
  await conversation(page, 'What is a group?');
  await page.getByRole('button', { name: 'Ask for another answer' }).click();
  await expect(page.getByRole('button', { name: '1 earlier version' })).toBeVisible();
  await answered(page);
  await expect(feed(page).getByRole('article')).toHaveCount(2);
  await page.getByRole('button', { name: '1 earlier version' }).click();
  await expect(page.getByRole('button', { name: 'Hide 1 earlier version' })).toBeVisible();
});

test('the last message is changed with the Up key, and what followed is replaced', async ({
  person: page,
}) => {
  await conversation(page, 'What is a group?');
  await composer(page).press('ArrowUp');
  await expect(composer(page)).toHaveValue('What is a group?');
  await expect(page.getByText(/You are changing message #1/)).toBeVisible();
  await composer(page).fill('calculate 6 * 7');
  await composer(page).press('Enter');
  await expect(line(page, 'calculate 6 * 7').getByText('edited')).toBeVisible();
  await answered(page);
  await expect(feed(page)).toContainText('6 * 7 = 42');
  await expect(feed(page).getByRole('article')).toHaveCount(2);
});

test('a tool waits for a person, and goes on in its place when it is allowed', async ({
  person: page,
}) => {
  await startConversation(page);
  await send(page, 'send a mail to Bob');
  await answered(page);
  const approval = page.getByRole('region', { name: 'Approval of Send mail' });
  await expect(approval).toContainText('bob@example.org');
  await expectAccessible(page);
  await approval.getByRole('button', { name: 'Allow' }).click();
  await expect(approval).toBeHidden();
  await expect(feed(page)).toContainText('Sent to bob@example.org');
  await answered(page);
  await expect(feed(page).getByRole('article')).toHaveCount(2);
});

test('what is written without a connection waits, survives a reload, and is sent once', async ({
  person: page,
}) => {
  await startConversation(page);
  await page.context().setOffline(true);
  await send(page, 'Written in a tunnel');
  await expect(line(page, 'Written in a tunnel')).toContainText(/Waits to be sent|Sending/);
  await page.context().setOffline(false);
  await page.reload();
  await committed(page, 'Written in a tunnel');
  await answered(page);
  const own = feed(page).getByRole('article', { name: /^You/ });
  await expect(own.filter({ hasText: 'Written in a tunnel' })).toHaveCount(1);
});

test('a conversation is renamed, found by its name with the keyboard, archived and brought back', async ({
  person: page,
  system,
}) => {
  const sessionId = await conversation(page, 'What is a group?');
  const title = `Sums and mails ${sessionId.slice(-6)}`;
  await page.getByRole('button', { name: 'Conversation menu' }).click();
  await expectAccessible(page);
  await page.getByRole('menuitem', { name: 'Rename…' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(title);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: title })).toBeVisible();
  await page.goto(`${system.webUrl}/inbox`);
  const inbox = page.getByRole('region', { name: 'Inbox' });
  // The palette selects the best of what it knows when it is typed into, and keeps to that.
  await expect(inbox.getByText(title)).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Go to, or do…').fill(title.toLowerCase());
  await expect(page.getByRole('option', { name: title }).first()).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(sessionId));
  await page.getByRole('button', { name: 'Conversation menu' }).click();
  await page.getByRole('menuitem', { name: 'Archive' }).click();
  await expect(page.getByText('This conversation is archived.')).toBeVisible();
  await expect(inbox.getByText(title)).toBeHidden();
  await inbox.getByRole('radio', { name: 'Archived' }).click();
  await expect(inbox.getByText(title)).toBeVisible();
  await page.getByRole('button', { name: 'Conversation menu' }).click();
  await page.getByRole('menuitem', { name: 'Bring back' }).click();
  await expect(composer(page)).toBeVisible();
});

test('a conversation that is deleted is gone, on the other device that has it open too', async ({
  browser,
  person: page,
  system,
}) => {
  await page.goto(`${system.webUrl}/inbox`);
  const doomed = await startConversation(page);
  await send(page, 'This is to be erased');
  await committed(page, 'This is to be erased');
  const phone = await browser.newContext({ storageState: await page.context().storageState() });
  const other = await phone.newPage();
  await other.goto(`${system.webUrl}/inbox/${doomed}`);
  await committed(other, 'This is to be erased');
  await answered(page);
  // Its reply is read out to those who do not see it: those words are to go as well.
  await send(other, 'This is to be erased, too');
  await answered(other);
  await page.getByRole('button', { name: 'Conversation menu' }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  const dialog = page.getByRole('dialog', { name: /^Delete/ });
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await expect(page).toHaveURL(/\/inbox$/);
  for (const device of [page, other])
    await expect(device.locator(`a[href*="${doomed}"]`)).toHaveCount(0);
  await expect(other.getByText('There is no such conversation any more')).toBeVisible();
  await expect(other.getByText('This is to be erased')).toHaveCount(0);
  await phone.close();
});

test('a message is found by its words, and opened at its place', async ({
  person: page,
  system,
}) => {
  await conversation(page, 'Written in a tunnel');
  await page.getByRole('link', { name: 'Search in all conversations' }).click();
  await expect(page.getByRole('heading', { name: 'Search' })).toBeVisible();
  await expectAccessible(page);
  const results = page.getByRole('list', { name: 'Messages found' });
  await expect(async () => {
    await page.getByRole('searchbox').fill('in a TUNNEL');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await expect(results.getByRole('link').first()).toBeVisible({ timeout: 2_000 });
    await page.goto(`${system.webUrl}/search?q=in+a+TUNNEL`);
    await expect(results.getByRole('link').first()).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await expectAccessible(page);
  await results
    .getByRole('link', { name: /You: Written in a tunnel/ })
    .first()
    .click();
  await expect(page).toHaveURL(/\?at=\d+/);
  await expect(line(page, 'Written in a tunnel').first()).toBeVisible();
});

test('on a phone the list and the conversation are two screens', async ({
  person: page,
  system,
}) => {
  const sessionId = await conversation(page, 'What is a group?');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${system.webUrl}/inbox/${sessionId}`);
  await expect(composer(page)).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeHidden();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Back to the inbox' }).click();
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
  await expect(composer(page)).toBeHidden();
  await expectAccessible(page);
  const overflow = () =>
    page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(await overflow()).toBeLessThanOrEqual(0);
});

test('reading further up is not disturbed by an answer that is being written', async ({
  person: page,
}) => {
  await conversation(page, 'What is a group?');
  await send(page, 'tell me a long story');
  await expect(streaming(page)).toContainText(/(\w+\W+){12}/);
  const above = () => feed(page).evaluate((element) => element.scrollHeight - element.clientHeight);
  await expect.poll(above).toBeGreaterThan(200);
  await feed(page).evaluate((element) => element.scrollTo({ top: 0 }));
  await expect(page.getByRole('button', { name: /still writing/ })).toBeVisible();
  const top = await feed(page).evaluate((element) => element.scrollTop);
  const length = async () => (await streaming(page).innerText()).length;
  const before = await length();
  await expect.poll(length).toBeGreaterThan(before);
  expect(await feed(page).evaluate((element) => element.scrollTop)).toBe(top);
  await page.keyboard.press('Escape');
  await answered(page);
  expect(await feed(page).evaluate((element) => element.scrollTop)).toBe(top);
  await page.getByRole('button', { name: /new|Latest/ }).click();
  await expect(page.getByRole('button', { name: /new|Latest/ })).toBeHidden();
});
