import { createServer, type Server } from 'node:http';
import { expect, type Page, test } from '@playwright/test';
import { expectAccessible } from '../support/axe.ts';
import { line } from '../support/pages.ts';

/** What owners of agents do. */
export function ownerJourneys(admin: () => Page, owner: () => Page, webUrl: () => string): void {
  let agent: Server;
  let agentUrl: string;
  /** What the agent answers; null: it is broken. */
  let words: string | null = 'Hello from Ava';

  test.beforeAll(async () => {
    agent = createServer((request, response) => {
      request.resume();
      if (words === null) {
        response.writeHead(500).end('{"oops":true}');
        return;
      }
      const chunks = [
        { type: 'start' },
        { type: 'text-start', id: '1' },
        { type: 'text-delta', id: '1', delta: words },
        { type: 'text-end', id: '1' },
        { type: 'finish' },
      ];
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''));
    });
    await new Promise<void>((resolve) => agent.listen(0, '127.0.0.1', resolve));
    const address = agent.address();
    agentUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  });
  test.afterAll(() => agent?.close());

  async function ask(text: string): Promise<void> {
    await admin().goto(`${webUrl()}/inbox`);
    await admin().getByRole('button', { name: 'New conversation' }).click();
    await admin().getByRole('dialog').getByRole('button', { name: 'Ava' }).click();
    await admin().waitForURL(/\/inbox\/[0-9a-f]{2}-/);
    await admin().getByLabel('Message Ava').fill(text);
    await admin().keyboard.press('Enter');
  }

  test('an agent is registered in three steps, with a test call before it', async () => {
    await admin().goto(`${webUrl()}/agents`);
    await admin().getByRole('button', { name: 'Register agent' }).click();
    const dialog = admin().getByRole('dialog');
    await dialog.getByLabel('Id').fill('ava');
    await dialog.getByLabel('Name').fill('Ava');
    await dialog.getByLabel('Origin URL').fill(agentUrl);
    await dialog.getByRole('button', { name: 'Test call' }).click();
    await expect(dialog.getByText(/It answers: first word after/)).toBeVisible();
    await expect(dialog.getByText('Hello from Ava')).toBeVisible();
    await dialog.getByRole('button', { name: 'Register', exact: true }).click();
    await expect(dialog.getByText(/whsec_/)).toBeVisible();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await admin().getByRole('link', { name: 'Ava' }).click();
    await expect(admin().getByRole('heading', { name: 'Ava' })).toBeVisible();
  });

  test('an owner looks after agents, and the cluster is not theirs to see', async () => {
    const page = owner();
    const areas = page.getByRole('navigation', { name: 'Areas' });
    await expect(areas.getByRole('link', { name: 'Cluster' })).toHaveCount(0);
    await areas.getByRole('link', { name: 'Agents' }).click();
    await page.getByRole('link', { name: 'Ava' }).click();
    await page.getByRole('link', { name: 'Playground' }).click();
    await page.getByRole('button', { name: 'Call the agent' }).click();
    const said = page.getByRole('list', { name: 'What was said' }).getByRole('listitem');
    await expect(said.first()).toContainText('Hello from Ava');
    await page.getByLabel('Say').fill('And then?');
    await page.getByLabel('Say').press('Enter');
    await expect(said).toHaveCount(2);
    await page.getByText('What was sent', { exact: true }).click();
    const sent = page.getByRole('region', { name: 'What was sent' });
    for (const text of ['"text": "Hello!"', '"text": "And then?"', '"epoch": 2'])
      await expect(sent).toContainText(text);
    await page.getByLabel('At another address').fill('http://127.0.0.1:9');
    await page.getByLabel('Say').fill('Anybody there?');
    await page.getByLabel('Say').press('Enter');
    await expect(said.nth(2)).toContainText('No answer');
    await said.first().getByRole('button').click();
    await expect(page.getByText(/It answers/)).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Start over' }).click();
    await expect(said).toHaveCount(0);
    await page.goto(`${webUrl()}/admin`);
    await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();
  });

  test('what was answered is in the log, with what went over the wire', async () => {
    await ask('Are you there?');
    await expect(line(admin(), 'Hello from Ava')).toBeVisible();
    await admin().goto(`${webUrl()}/agents/ava/deliveries`);
    await admin()
      .getByRole('link', { name: /Open delivery/ })
      .first()
      .click();
    const drawer = admin().getByRole('dialog', { name: 'Delivery' });
    await expect(drawer.getByText('answered').first()).toBeVisible();
    await drawer.getByText(/Request to/).click();
    await expect(drawer.getByText('Are you there?')).toBeVisible();
    await expect(drawer.getByText(/webhook-signature: \[redacted\]/)).toBeVisible();
    await admin().keyboard.press('Escape');
    await expect(drawer).toBeHidden();
    await admin().goto(`${webUrl()}/agents/ava`);
    await expect(admin().getByRole('row', { name: /Answered/ })).toContainText('1');
  });

  test('what failed for good is a dead letter; replayed, it is answered', async () => {
    words = null;
    await ask('Is anybody there?');
    await expect(admin().getByRole('button', { name: /try again/i })).toBeVisible({
      timeout: 60_000,
    });
    await admin().goto(`${webUrl()}/agents/ava/dead-letters`);
    await expect(admin().getByText(/http_status 500/)).toBeVisible();
    words = 'Back again';
    await admin().getByRole('button', { name: 'Replay' }).click();
    await expect(admin().getByText('One turn is being answered.')).toBeVisible();
    await expect(async () => {
      await admin().reload();
      await expect(admin().getByText('No dead letters')).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
  });

  test('settings are saved, wrong ones are named, and the secret is rotated', async () => {
    await admin().goto(`${webUrl()}/agents/ava/settings`);
    const form = admin().getByRole('form', { name: 'Settings' });
    await expect(form.getByRole('button', { name: 'Save' })).toBeDisabled();
    await form.getByLabel('Debounce, ms').fill('soon');
    await form.getByRole('button', { name: 'Save' }).click();
    await expect(form.getByText(/must be an integer/)).toBeVisible();
    await form.getByLabel('Debounce, ms').fill('250');
    await form.getByRole('button', { name: 'Save' }).click();
    await expect(admin().getByText('Saved.')).toBeVisible();
    await admin().reload();
    await expect(admin().getByLabel('Debounce, ms')).toHaveValue('250');
    await admin().getByRole('button', { name: 'Make a new secret' }).click();
    await expect(admin().getByText(/^whsec_/)).toBeVisible();
    await expect(admin().getByText(/calls carry the signature of the one before/)).toBeVisible();
    await admin().getByRole('link', { name: 'Playground' }).click();
    await admin().getByRole('button', { name: 'Call the agent' }).click();
    await expect(admin().getByText(/It answers/)).toBeVisible();
  });

  test('every page of an agent can be used by everybody', async () => {
    const page = admin();
    await page.goto(`${webUrl()}/agents`);
    await expect(page.getByRole('link', { name: 'Ava' })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Ava' }).click();
    const tabs = page.getByRole('navigation', { name: /Ava|Agent/ });
    for (const tab of await tabs.getByRole('link').allInnerTexts()) {
      await tabs.getByRole('link', { name: tab, exact: true }).click();
      await expect(tabs.getByRole('link', { name: tab, exact: true })).toHaveAttribute(
        'aria-current',
        'page',
      );
      await expectAccessible(page);
    }
  });
}
