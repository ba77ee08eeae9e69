import { type Browser, expect, type Page } from '@playwright/test';
import { API_KEY, tokenFor } from '../../apps/cluster-node/test/support/cluster.ts';
import {
  gate,
  mailBob,
  say,
  TEXT,
  twoHalves,
  word,
} from '../../apps/cluster-node/test/support/sdk-agent.ts';
import { test } from '../support/journey.ts';
import type { UseChatExample } from '../support/use-chat-example.ts';

/** A page with a new conversation of this person. */
async function openChat(
  { cluster, siteUrl }: UseChatExample,
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
  await page.goto(`${siteUrl}/?${query}`);
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
    test('sends, and streams the answer', async ({ browser, useChat }) => {
      const { passed, open } = gate();
      useChat.agent.script = twoHalves(passed, ['Hello', ' there']);
      const page = await openChat(useChat, browser, `ann-${transport}`, transport);
      await write(page, 'Hi');
      await expect(conversation(page).getByText('Hello', { exact: true })).toBeVisible();
      await expect(status(page)).toHaveText('streaming');
      open();
      await expect(conversation(page).getByText('Hello there')).toBeVisible();
      await expect(status(page)).toHaveText('ready');
      await page.close();
    });

    test('a reload in mid-answer shows what was streamed, and continues', async ({
      browser,
      useChat,
    }) => {
      const { passed, open } = gate();
      useChat.agent.script = twoHalves(passed);
      const page = await openChat(useChat, browser, `bob-${transport}`, transport);
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

    test('an approval goes on with the same message', async ({ browser, useChat }) => {
      useChat.agent.script = mailBob;
      const page = await openChat(useChat, browser, `cat-${transport}`, transport);
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

    test('another answer takes the place of the one before', async ({ browser, useChat }) => {
      const page = await openChat(useChat, browser, `dan-${transport}`, transport);
      await write(page, 'Hi');
      await expect(conversation(page).getByText('Hello there')).toBeVisible();
      useChat.agent.script = () => say('Good day');
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

test('stop: with the cluster’s transport the agent stops, and what was streamed stays', async ({
  browser,
  useChat,
}) => {
  useChat.agent.script = async function* () {
    yield TEXT.start;
    yield word('A word');
    await new Promise(() => undefined);
  };
  const page = await openChat(useChat, browser, 'eve', 'fleet');
  await write(page, 'Tell me');
  await expect(conversation(page).getByText('A word')).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(status(page)).toHaveText('ready');
  const session = new URL(page.url()).searchParams.get('session');
  await expect
    .poll(async () => {
      const { body } = await useChat.cluster.call(
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
  useChat.agent.script = () => say('Going on');
  await write(page, 'And now?');
  await expect(conversation(page).getByText('Going on')).toBeVisible();
  await page.close();
});

test('stop: the default transport only stops reading; the agent goes on, and the log has it all', async ({
  browser,
  useChat,
}) => {
  const { passed, open } = gate();
  useChat.agent.script = twoHalves(passed);
  const page = await openChat(useChat, browser, 'fay', 'default');
  await write(page, 'Tell me');
  await expect(conversation(page).getByText('First half,')).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(status(page)).toHaveText('ready');
  open();
  await page.reload();
  await expect(conversation(page).getByText('First half, second half.')).toBeVisible();
  await page.close();
});
