import { expect, type Page } from '@playwright/test';
import { expectAccessible } from '../support/axe.ts';
import { test } from '../support/journey.ts';
import { line } from '../support/pages.ts';
import { StubAgent } from '../support/stub-agent.ts';

/** What owners of agents do. */

async function ask(page: Page, agent: StubAgent, text: string): Promise<void> {
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.getByRole('dialog').getByRole('button', { name: agent.name }).click();
  await page.waitForURL(/\/inbox\/[0-9a-f]{2}-/);
  await page.getByLabel(`Message ${agent.name}`).fill(text);
  await page.keyboard.press('Enter');
}

test('an agent is registered in three steps, with a signed test call before it', async ({
  admin,
  system,
}) => {
  const agent = new StubAgent('Una');
  await agent.listen();
  await admin.goto(`${system.webUrl}/agents`);
  await admin.getByRole('button', { name: 'Register agent' }).click();
  const dialog = admin.getByRole('dialog');
  await dialog.getByLabel('Id').fill(agent.id);
  await dialog.getByLabel('Name').fill(agent.name);
  await dialog.getByLabel('Origin URL').fill(agent.url);
  await dialog.getByRole('button', { name: 'Test call' }).click();
  await expect(dialog.getByText(/The agent replies\. First token:/)).toBeVisible();
  await expect(dialog.getByText('Hello from the agent')).toBeVisible();
  await dialog.getByRole('button', { name: 'Register', exact: true }).click();
  await expect(dialog.getByText(/whsec_/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await admin.getByRole('link', { name: agent.name }).click();
  await expect(admin.getByRole('heading', { name: agent.name })).toBeVisible();
  agent.close();
});

test('an owner looks after agents, and the cluster is not theirs to see', async ({
  owner: page,
  agent,
  system,
}) => {
  const areas = page.getByRole('navigation', { name: 'Areas' });
  await expect(areas.getByRole('link', { name: 'Cluster' })).toHaveCount(0);
  await areas.getByRole('link', { name: 'Agents' }).click();
  await page.getByRole('link', { name: agent.name }).click();
  await page.getByRole('link', { name: 'Playground' }).click();
  await page.getByRole('button', { name: 'Call the agent' }).click();
  const turns = page.getByRole('list', { name: 'What was said' }).getByRole('listitem');
  await expect(turns.first()).toContainText('Hello from the agent');
  await page.getByLabel('Say').fill('And then?');
  await page.getByLabel('Say').press('Enter');
  await expect(turns).toHaveCount(2);
  await page.getByText('What was sent', { exact: true }).click();
  const sent = page.getByRole('region', { name: 'What was sent' });
  for (const text of ['"text": "Hello!"', '"text": "And then?"', '"epoch": 2'])
    await expect(sent).toContainText(text);
  await page.getByLabel('At another address').fill('http://127.0.0.1:9');
  await page.getByLabel('Say').fill('Anybody there?');
  await page.getByLabel('Say').press('Enter');
  await expect(turns.nth(2)).toContainText('No answer');
  await turns.first().getByRole('button').click();
  await expect(page.getByText(/The agent replies/)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Start over' }).click();
  await expect(turns).toHaveCount(0);
  await page.goto(`${system.webUrl}/admin`);
  await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
});

test('a call that is asked for before the scripts of the page have come is made when they have', async ({
  owner: page,
  agent,
  system,
}) => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/_next/static/**/*.js', async (route) => {
    await released;
    await route.continue();
  });
  const address = `${system.webUrl}/agents/${agent.id}/playground`;
  await page.goto(address, { waitUntil: 'commit' });
  await page.getByRole('button', { name: 'Call the agent' }).click({ noWaitAfter: true });
  release();
  const said = page.getByRole('list', { name: 'What was said' }).getByRole('listitem');
  await expect(said).toContainText('Hello from the agent');
  await expect(page).toHaveURL(address);
});

test('what was answered is in the log, with what went over the wire', async ({
  admin,
  agent,
  system,
}) => {
  await ask(admin, agent, 'Are you there?');
  await expect(line(admin, 'Hello from the agent')).toBeVisible();
  await admin.goto(`${system.webUrl}/agents/${agent.id}/deliveries`);
  await admin
    .getByRole('link', { name: /Open delivery/ })
    .first()
    .click();
  const drawer = admin.getByRole('dialog', { name: 'Delivery' });
  await expect(drawer.getByText('answered').first()).toBeVisible();
  await drawer.getByText(/Request to/).click();
  await expect(drawer.getByText('Are you there?')).toBeVisible();
  await expect(drawer.getByText(/webhook-signature: \[redacted\]/)).toBeVisible();
  await admin.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await admin.goto(`${system.webUrl}/agents/${agent.id}`);
  await expect(admin.getByRole('row', { name: /Delivered/ })).toContainText('1');
});

test('what failed for good is a dead letter; replayed, it is answered', async ({
  admin,
  agent,
  system,
}) => {
  agent.words = null;
  await ask(admin, agent, 'Is anybody there?');
  await expect(admin.getByRole('button', { name: /try again/i })).toBeVisible({
    timeout: 60_000,
  });
  await admin.goto(`${system.webUrl}/agents/${agent.id}/dead-letters`);
  await expect(admin.getByText(/http_status 500/)).toBeVisible();
  agent.words = 'Back again';
  await admin.getByRole('button', { name: 'Replay' }).click();
  await expect(admin.getByText('One turn is being answered.')).toBeVisible();
  await expect(async () => {
    await admin.reload();
    await expect(admin.getByText('No dead letters')).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
});

test('settings are saved, wrong ones are named, and the secret is rotated', async ({
  admin,
  agent,
  system,
}) => {
  await admin.goto(`${system.webUrl}/agents/${agent.id}/settings`);
  const form = admin.getByRole('form', { name: 'Settings' });
  await expect(form.getByRole('button', { name: 'Save' })).toBeDisabled();
  await form.getByLabel('Debounce').fill('soon');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByText(/must be an integer/)).toBeVisible();
  await form.getByLabel('Debounce').fill('250');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(admin.getByText('Saved.')).toBeVisible();
  await admin.reload();
  await expect(admin.getByLabel('Debounce')).toHaveValue('250');
  await admin.getByRole('button', { name: 'Rotate secret…' }).click();
  await admin.getByRole('dialog').getByRole('button', { name: 'Rotate', exact: true }).click();
  await expect(admin.getByText(/^whsec_/)).toBeVisible();
  await expect(admin.getByText(/calls are signed with the previous secret too/)).toBeVisible();
  await admin.getByRole('link', { name: 'Playground' }).click();
  await admin.getByRole('button', { name: 'Call the agent' }).click();
  await expect(admin.getByText(/The agent replies/)).toBeVisible();
});

test('every page of an agent can be used by every kind of user', async ({
  admin: page,
  agent,
  system,
}) => {
  await page.goto(`${system.webUrl}/agents`);
  await expect(page.getByRole('link', { name: agent.name })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: agent.name }).click();
  const tabs = page.getByRole('navigation', { name: new RegExp(`${agent.name}|Agent`) });
  for (const tab of await tabs.getByRole('link').allInnerTexts()) {
    await tabs.getByRole('link', { name: tab, exact: true }).click();
    await expect(tabs.getByRole('link', { name: tab, exact: true })).toHaveAttribute(
      'aria-current',
      'page',
    );
    await expectAccessible(page);
  }
});
