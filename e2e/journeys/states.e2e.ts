import { expect, type Page } from '@playwright/test';
import { expectAccessible } from '../support/axe.ts';
import { test } from '../support/journey.ts';
import { answered, committed, conversation, feed, send } from '../support/pages.ts';
import type { RunningSystem } from '../support/system.ts';

/** The pages for people chatting when there is nothing, nothing yet, no connection or no space. */
test('empty: an inbox without conversations, a search without words', async ({
  person: page,
  system,
}) => {
  await expect(page.getByText('No conversations yet')).toBeVisible();
  await expectAccessible(page);
  await page.goto(`${system.webUrl}/search`);
  await expect(page.getByText(/Two characters or more/)).toBeVisible();
  await expectAccessible(page);
});

test('full: more conversations than a list begins with', async ({ person: page, system }) => {
  await expect(page.getByText('No conversations yet')).toBeVisible();
  await makeConversations(page, system, 501);
  const older = page.getByRole('button', { name: 'Show older conversations' });
  await expect(page.getByRole('list', { name: 'Conversations' })).toBeVisible();
  await page.reload();
  const rows = page.getByRole('list', { name: 'Conversations' }).getByRole('listitem');
  await expect(rows.first()).toHaveAttribute('aria-setsize', '500');
  await older.scrollIntoViewIfNeeded();
  await expectAccessible(page);
  await older.click();
  await expect(rows.first()).toHaveAttribute('aria-setsize', '501');
  await expect(older).toBeHidden();
});

test('loading: nothing has come from the cluster yet', async ({ person: page, system }) => {
  // Accepted, and then nothing more arrives: as with nodes that hang.
  await page.routeWebSocket(/socket\.io/, () => undefined);
  await page.goto(`${system.webUrl}/inbox/00-00000000000000000000000000`);
  await expect(page.getByText('Loading the conversation…')).toBeAttached();
  await expect(page.getByText('Loading conversations…')).toBeAttached();
  await expect(page.getByText('Connecting…')).toBeVisible();
  await expectAccessible(page);
});

test('error: no such conversation, a search and devices that can’t be read', async ({
  person: page,
  system,
}) => {
  await page.goto(`${system.webUrl}/inbox/00-00000000000000000000000000`);
  await expect(page.getByText(/no such conversation/)).toBeVisible();
  await expectAccessible(page);
  const away = { status: 503, json: { detail: 'No node of the cluster is reachable.' } };
  await page.route('**/api/search?*', (route) => route.fulfill(away));
  await page.goto(`${system.webUrl}/search?q=group`);
  await expect(page.getByText(/The search has failed: No node/)).toBeVisible();
  await expectAccessible(page);
  await page.route('**/api/devices', (route) => route.abort());
  await page.goto(`${system.webUrl}/settings`);
  const failed = page.getByRole('alert').filter({ hasText: 'The web app is unreachable' });
  await expect(failed).toBeVisible();
  await expectAccessible(page);
  await page.unroute('**/api/search?*');
  await page.unroute('**/api/devices');
  await failed.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('list', { name: 'Devices' })).toBeVisible();
});

test('offline and stale: what was saved stays readable, and what is sent waits', async ({
  person: page,
}) => {
  await conversation(page, 'What is a group?');
  const written = 'Written without a network';
  await page.context().setOffline(true);
  await send(page, written);
  await expect(page.getByText(/1 message is waiting to be sent/)).toBeVisible();
  await expectAccessible(page);
  await page.context().setOffline(false);
  await committed(page, written);
  await answered(page);
  const own = feed(page).getByRole('article', { name: /^You/ });
  await expect(own.filter({ hasText: written })).toHaveCount(1);
});

test('narrow and enlarged: nothing is cut off or scrolls sideways', async ({
  person: page,
  system,
}) => {
  const path = `/inbox/${await conversation(page, 'What is a group?')}`;
  // 320 px wide (WCAG 1.4.10), and 1280 x 800 at 200 % (1.4.4).
  for (const viewport of [
    { width: 320, height: 640 },
    { width: 640, height: 400 },
  ]) {
    await page.setViewportSize(viewport);
    for (const route of ['/inbox', path, '/search?q=group', '/settings']) {
      await page.goto(`${system.webUrl}${route}`);
      await expect(page.getByRole('heading').first()).toBeVisible();
      expect(await sideways(page), `${route} at ${viewport.width} px`).toEqual([]);
    }
  }
  await expectAccessible(page);
});

/** What is wider than the window, but for what scrolls by itself. */
function sideways(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('main, main > *, nav, header')]
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .filter((element) => element.clientWidth > 0)
      .map((element) => `${element.tagName} ${element.className}`),
  );
}

const AT_ONCE = 20;

/** So many empty ones of the person who is signed in, made by the cluster's own interface. */
async function makeConversations(page: Page, system: RunningSystem, count: number): Promise<void> {
  const { webUrl, nodeUrls, secrets } = system;
  const { user_id } = await (await page.request.get(`${webUrl}/api/token`)).json();
  const headers = { authorization: `Bearer ${secrets.apiKey}` };
  const { agents } = await (
    await page.request.get(`${nodeUrls[0]}/api/agents`, { headers })
  ).json();
  const data = { user_id, agent_id: agents[0].id };
  const make = async (): Promise<void> => {
    const made = await page.request.post(`${nodeUrls[0]}/api/sessions`, { headers, data });
    expect(made.status()).toBe(201);
  };
  for (let left = count; left > 0; left -= AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, make));
}
