import { expect, type Page } from '@playwright/test';
import { expectAccessible } from '../support/axe.ts';
import { test } from '../support/journey.ts';
import { Operator } from '../support/operator.ts';
import type { RunningSystem } from '../support/system.ts';

const GROUPS = '/admin/groups';
const NO_SESSION = '/inbox/00-00000000000000000000000000';

/** All pages there are, by area; `AGENT` stands for the journey's own agent. */
const AREAS: Readonly<Record<string, readonly string[]>> = {
  chat: ['/inbox', NO_SESSION, '/search?q=group', '/settings'],
  agents: [
    '/agents',
    ...[
      '',
      '/usage',
      '/feedback',
      '/deliveries',
      '/dead-letters',
      '/context',
      '/playground',
      '/settings',
    ].map((tab) => `/agents/AGENT${tab}`),
  ],
  cluster: ['/admin', GROUPS, `${GROUPS}?g=a3`, '/admin/nodes', '/admin/nodes/n2'],
  operations: [
    '/admin/operations',
    '/admin/flush',
    '/admin/dispatch',
    '/admin/events',
    '/admin/audit',
    '/admin/privacy',
    '/admin/accounts',
    '/admin/playground',
  ],
};
/** Cells and rows by the hundred: the first ones stand for all. */
const REPEATED = '[data-cell]:nth-of-type(n + 20), tbody tr:nth-child(n + 4)';
/** Figures are stale after ten seconds. */
const STALE_AFTER_MS = 11_000;

// Dozens of looks at whole pages: minutes on a busy machine.
test.describe.configure({ timeout: 300_000 });

/** Every page as it is when all is well, when no event arrives, and when the connection goes. */
for (const [area, routes] of Object.entries(AREAS)) {
  test(`${area}: every page has no violation that can be found by looking`, async ({
    admin: page,
    agent,
    system,
  }) => {
    for (const route of routes) {
      await open(page, system, route.replace('AGENT', agent.id));
      await expectAccessible(page, REPEATED);
    }
  });

  test(`${area}: nor when neither nodes nor the web app’s own interface answer`, async ({
    admin: page,
    agent,
    system,
  }) => {
    // Sockets are accepted and then nothing more arrives, as with nodes that hang; requests of the pages fail.
    await page.routeWebSocket(/socket\.io/, () => undefined);
    await page.route(/\/api\/(?!auth|token)/, (request) =>
      request.fulfill({
        status: 503,
        json: { detail: 'No node of the cluster can be reached.' },
      }),
    );
    for (const route of routes) {
      await open(page, system, route.replace('AGENT', agent.id));
      await expectAccessible(page, REPEATED);
    }
  });
}

test('nor an operation, nor the sign-in that is refused', async ({ admin: page, system }) => {
  const begun = await new Operator(system).begin({ kind: 'rebalance' });
  expect(begun.status).toBe(202);
  await page.goto(`${system.webUrl}/admin/operations`);
  await page.locator('main a[href^="/admin/operations/"]').first().click();
  await page.waitForURL(/operations\/./);
  await expectAccessible(page);
  await page.context().clearCookies();
  await open(page, system, '/login');
  await page.getByLabel('E-mail').fill('unknown@fleetlm.local');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert').filter({ hasText: /\w/ })).toBeVisible();
  await expectAccessible(page);
});

test('nor when the connection has gone, and figures are old', async ({ admin: page, system }) => {
  // The test does not wait for figures to become stale.
  await page.clock.install();
  const hangUp = await hangingUp(page);
  for (const route of ['/admin', '/admin/nodes/n2', GROUPS]) {
    hangUp.allow();
    await open(page, system, route);
    await expect(page.getByText(/^Live/)).toBeVisible();
    await hangUp.now();
    await page.clock.fastForward(STALE_AFTER_MS);
    await expect(page.getByText(/Not connected, the report is [1-9]\d s old/)).toBeVisible();
    await expectAccessible(page, REPEATED);
    if (route === '/admin')
      await expect(page.getByRole('heading', { level: 1 })).toContainText('Unknown: no reports');
  }
});

async function open(page: Page, system: RunningSystem, route: string): Promise<void> {
  await page.goto(`${system.webUrl}${route}`);
  await expect(page.getByRole('heading').first()).toBeVisible();
  await page.waitForLoadState('networkidle');
}

/** Sockets that go through until they are closed, all of them and those after. */
async function hangingUp(page: Page): Promise<{ allow(): void; now(): Promise<void> }> {
  const open = new Set<{ close(): Promise<void> }>();
  let isAllowed = true;
  await page.routeWebSocket(/socket\.io/, async (socket) => {
    if (!isAllowed) return socket.close();
    socket.connectToServer();
    open.add(socket);
  });
  return {
    allow: () => {
      isAllowed = true;
    },
    now: async () => {
      isAllowed = false;
      await Promise.all([...open].map((socket) => socket.close()));
      open.clear();
    },
  };
}
