import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { API_KEY, TestCluster, tokenFor } from '../apps/cluster-node/test/support/cluster.ts';
import {
  gate,
  mailBob,
  SdkAgent,
  say,
  TEXT,
  twoHalves,
  word,
} from '../apps/cluster-node/test/support/sdk-agent.ts';
import { type RunningExample, startProgram } from '../examples/start-example.ts';

const agent = new SdkAgent();
let cluster: TestCluster;
let site: RunningExample;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  test.setTimeout(120_000);
  const originUrl = await agent.listen();
  const example = join(import.meta.dirname, '../examples/use-chat');
  [cluster, site] = await Promise.all([
    TestCluster.start(),
    startProgram([process.execPath, 'server.ts'], example, '', 0),
  ]);
  await cluster.call('n1', 'POST', '/api/agents', {
    body: { agent: { id: 'sdk', name: 'SDK', origin_url: originUrl, debounce_window_ms: 0 } },
  });
});
test.afterAll(async () => {
  agent.close();
  await site?.stop();
  await cluster?.close();
});
test.beforeEach(() => {
  agent.script = () => say('Hello', ' there');
});

/** A page with a new conversation of this person. */
async function openChat(
  browser: Browser,
  user: string,
  transport: 'default' | 'fleet',
): Promise<Page> {
  const { body } = await cluster.call('n1', 'POST', '/api/sessions', {
    body: { user_id: user, agent_id: 'sdk' },
    token: API_KEY,
  });
  const { session } = body as unknown as { session: { id: string } };
  const page = await browser.newPage();
  const node = cluster.node('n2').url;
  const token = await tokenFor(user);
  const query = new URLSearchParams({ node, token, session: session.id, transport });
  await page.goto(`${site.url}/?${query}`);
  return page;
}

const conversation = (page: Page) => page.getByRole('list', { name: 'Conversation' });
const status = (page: Page) => page.getByRole('status');

async function write(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message').fill(text);
  await page.keyboard.press('Enter');
}

for (const transport of ['default', 'fleet'] as const) {
  test.describe(`useChat with the ${transport} transport, an AI SDK handler behind`, () => {
    test('sends, and streams the answer', async ({ browser }) => {
      const { passed, open } = gate();
      agent.script = twoHalves(passed, ['Hello', ' there']);
      const page = await openChat(browser, `ann-${transport}`, transport);
      await write(page, 'Hi');
      await expect(conversation(page).getByText('Hello', { exact: true })).toBeVisible();
      await expect(status(page)).toHaveText('streaming');
      open();
      await expect(conversation(page).getByText('Hello there')).toBeVisible();
      await expect(status(page)).toHaveText('ready');
      await page.close();
    });

    test('a reload in mid-answer shows what was said, and goes on', async ({ browser }) => {
      const { passed, open } = gate();
      agent.script = twoHalves(passed);
      const page = await openChat(browser, `bob-${transport}`, transport);
      await write(page, 'Tell me');
      await expect(conversation(page).getByText('First half,')).toBeVisible();
      await page.reload();
      await expect(conversation(page).getByText('First half,')).toBeVisible();
      await expect(status(page)).toHaveText('streaming');
      open();
      await expect(conversation(page).getByText('First half, second half.')).toBeVisible();
      await expect(status(page)).toHaveText('ready');
      await expect(conversation(page).getByRole('listitem')).toHaveCount(2);
      await page.reload();
      await expect(conversation(page).getByRole('listitem')).toHaveText([
        'user Tell me',
        'assistant First half, second half.',
      ]);
      await page.close();
    });

    test('an approval goes on with the same message', async ({ browser }) => {
      agent.script = mailBob;
      const page = await openChat(browser, `cat-${transport}`, transport);
      await write(page, 'Mail bob');
      await page.getByRole('button', { name: 'Allow {"to":"bob"}' }).click();
      await expect(conversation(page).getByText('Sent.')).toBeVisible();
      await expect(conversation(page).getByRole('listitem')).toHaveCount(2);
      await page.reload();
      await expect(conversation(page).getByRole('listitem').nth(1)).toHaveText(
        'assistant output-available Sent.',
      );
      await page.close();
    });

    test('another answer takes the place of the one before', async ({ browser }) => {
      const page = await openChat(browser, `dan-${transport}`, transport);
      await write(page, 'Hi');
      await expect(conversation(page).getByText('Hello there')).toBeVisible();
      agent.script = () => say('Good day');
      await page.getByRole('button', { name: 'Again' }).click();
      await expect(conversation(page).getByRole('listitem')).toHaveText([
        'user Hi',
        'assistant Good day',
      ]);
      await page.reload();
      await expect(conversation(page).getByRole('listitem')).toHaveText([
        'user Hi',
        'assistant Good day',
      ]);
      await page.close();
    });
  });
}

test('stop: with the cluster’s transport the agent stops, and what was said stays', async ({
  browser,
}) => {
  agent.script = async function* () {
    yield TEXT.start;
    yield word('A word');
    await new Promise(() => undefined);
  };
  const page = await openChat(browser, 'eve', 'fleet');
  await write(page, 'Tell me');
  await expect(conversation(page).getByText('A word')).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(status(page)).toHaveText('ready');
  const session = new URL(page.url()).searchParams.get('session');
  await expect
    .poll(async () => {
      const { body } = await cluster.call(
        'n3',
        'GET',
        `/api/sessions/${session}/messages?after_seq=0`,
      );
      const messages = body.messages as unknown as { metadata: { termination?: string } }[];
      return messages.at(-1)?.metadata.termination;
    })
    .toBe('stop');
  await page.reload();
  await expect(conversation(page).getByText('A word')).toBeVisible();
  agent.script = () => say('Going on');
  await write(page, 'And now?');
  await expect(conversation(page).getByText('Going on')).toBeVisible();
  await page.close();
});

test('stop: the default transport only stops reading; the agent goes on, and the log has it all', async ({
  browser,
}) => {
  const { passed, open } = gate();
  agent.script = twoHalves(passed);
  const page = await openChat(browser, 'fay', 'default');
  await write(page, 'Tell me');
  await expect(conversation(page).getByText('First half,')).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(status(page)).toHaveText('ready');
  open();
  await page.reload();
  await expect(conversation(page).getByText('First half, second half.')).toBeVisible();
  await page.close();
});
