import { createServer, type Server } from 'node:http';
import { expect, type Page, test } from '@playwright/test';
import { line, signIn } from './support/pages.ts';
import { type RunningSystem, removeData, startSystem } from './support/system.ts';

const PORT_BASE = 18_400;

test.describe.configure({ mode: 'serial' });

let system: RunningSystem;
let owner: Page;
let agent: Server;
let agentUrl: string;
/** What the agent answers; null: it is broken. */
let words: string | null = 'Hello from Ava';

test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000);
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
  system = await startSystem({ portBase: PORT_BASE });
  owner = await signIn(browser, system, 'admin');
});

test.afterAll(async () => {
  test.setTimeout(60_000);
  agent.close();
  await system.interrupt();
  removeData(system);
});

async function ask(text: string): Promise<void> {
  await owner.goto(`${system.webUrl}/inbox`);
  await owner.getByRole('button', { name: 'New conversation' }).click();
  await owner.getByRole('dialog').getByRole('button', { name: 'Ava' }).click();
  await owner.waitForURL(/\/inbox\/[0-9a-f]{2}-/);
  await owner.getByLabel('Message Ava').fill(text);
  await owner.keyboard.press('Enter');
}

test('an agent is registered in three steps, with a test call before it', async () => {
  await owner.goto(`${system.webUrl}/agents`);
  await owner.getByRole('button', { name: 'Register agent' }).click();
  const dialog = owner.getByRole('dialog');
  await dialog.getByLabel('Id').fill('ava');
  await dialog.getByLabel('Name').fill('Ava');
  await dialog.getByLabel('Origin URL').fill(agentUrl);
  await dialog.getByRole('button', { name: 'Test call' }).click();
  await expect(dialog.getByText(/It answers: first word after/)).toBeVisible();
  await expect(dialog.getByText('Hello from Ava')).toBeVisible();
  await dialog.getByRole('button', { name: 'Register', exact: true }).click();
  await expect(dialog.getByText(/whsec_/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await owner.getByRole('link', { name: 'Ava' }).click();
  await expect(owner.getByRole('heading', { name: 'Ava' })).toBeVisible();
});

test('what was answered is in the log, with what went over the wire', async () => {
  await ask('Are you there?');
  await expect(line(owner, 'Hello from Ava')).toBeVisible();
  await owner.goto(`${system.webUrl}/agents/ava/deliveries`);
  await owner
    .getByRole('link', { name: /Open delivery/ })
    .first()
    .click();
  const drawer = owner.getByRole('dialog', { name: 'Delivery' });
  await expect(drawer.getByText('answered').first()).toBeVisible();
  await drawer.getByText(/Request to/).click();
  await expect(drawer.getByText('Are you there?')).toBeVisible();
  await expect(drawer.getByText(/webhook-signature: \[redacted\]/)).toBeVisible();
  await owner.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await owner.goto(`${system.webUrl}/agents/ava`);
  await expect(owner.getByRole('row', { name: /Answered/ })).toContainText('1');
});

test('what failed for good is a dead letter; replayed, it is answered', async () => {
  words = null;
  await ask('Is anybody there?');
  await expect(owner.getByRole('button', { name: /try again/i })).toBeVisible({ timeout: 60_000 });
  await owner.goto(`${system.webUrl}/agents/ava/dead-letters`);
  await expect(owner.getByText(/http_status 500/)).toBeVisible();
  words = 'Back again';
  await owner.getByRole('button', { name: 'Replay' }).click();
  await expect(owner.getByText('One turn is being answered.')).toBeVisible();
  await expect(async () => {
    await owner.reload();
    await expect(owner.getByText('No dead letters')).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
});

test('settings are saved, wrong ones are named, and the secret is rotated', async () => {
  await owner.goto(`${system.webUrl}/agents/ava/settings`);
  const form = owner.getByRole('form', { name: 'Settings' });
  await expect(form.getByRole('button', { name: 'Save' })).toBeDisabled();
  await form.getByLabel('Debounce, ms').fill('soon');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByText(/must be an integer/)).toBeVisible();
  await form.getByLabel('Debounce, ms').fill('250');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(owner.getByText('Saved.')).toBeVisible();
  await owner.reload();
  await expect(owner.getByLabel('Debounce, ms')).toHaveValue('250');
  await owner.getByRole('button', { name: 'Make a new secret' }).click();
  await expect(owner.getByText(/^whsec_/)).toBeVisible();
  await expect(owner.getByText(/calls carry the signature of the one before/)).toBeVisible();
  await owner.getByRole('link', { name: 'Test call' }).click();
  await owner.getByRole('button', { name: 'Call the agent' }).click();
  await expect(owner.getByText(/It answers/)).toBeVisible();
});
