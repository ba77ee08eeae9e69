import { expect } from '@playwright/test';
import { expectAccessible } from '../support/axe.ts';
import { test } from '../support/journey.ts';

/** The cluster as its operators see it. */
test('the overview answers whether a node can be lost, with charts that say who reports', async ({
  admin: page,
  system,
}) => {
  await page.goto(`${system.webUrl}/admin`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Yes: one node can be lost');
  await expect(page.getByText(/Live · reported by n\d/)).toBeVisible();
  const loop = page.getByRole('region', { name: 'Event loop, worst delay' });
  await expect(loop.getByRole('list', { name: 'Values' })).toContainText(/n1\s*[\d.]+ ms/);
  await loop.getByRole('img').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(loop.getByRole('list', { name: 'Values' })).toContainText(/\d\d:\d\d:\d\d/);
  await expectAccessible(page);
});

test('a group is found with the keyboard, and its replicas are side by side', async ({
  admin: page,
  system,
}) => {
  await page.goto(`${system.webUrl}/admin`);
  await page
    .getByRole('navigation', { name: 'Cluster' })
    .getByRole('link', { name: 'Groups' })
    .click();
  const grid = page.getByRole('toolbar', { name: 'Groups', exact: true });
  await expect(grid.getByRole('button')).toHaveCount(256);
  await grid.getByRole('button').first().focus();
  await page.keyboard.press('a');
  await page.keyboard.press('3');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/g=a3/);
  const group = page.getByRole('region', { name: 'Group A3' });
  for (const node of ['n1', 'n2', 'n3'])
    await expect(group.getByRole('columnheader', { name: node })).toBeVisible();
  await expect(group.getByRole('row', { name: /^Role/ })).toContainText('leader');
  await page.keyboard.press(']');
  await expect(page.getByRole('region', { name: 'Group A4' })).toBeVisible();
  await expectAccessible(page, '[data-cell]:nth-of-type(n + 20)');
  await page.keyboard.press('v');
  await page.getByRole('button', { name: 'Committed' }).click();
  await expect(page.getByRole('columnheader', { name: 'Committed' })).toHaveAttribute(
    'aria-sort',
    'ascending',
  );
  await expectAccessible(page, 'tbody tr:nth-child(n + 4)');
});

test('nodes, flush, dispatch and events have their pages', async ({ admin: page, system }) => {
  await page.goto(`${system.webUrl}/admin`);
  const tabs = page.getByRole('navigation', { name: 'Cluster' });
  await tabs.getByRole('link', { name: 'Nodes' }).click();
  await page.getByRole('link', { name: 'n2', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('n2 ● up');
  await expectAccessible(page);
  await tabs.getByRole('link', { name: 'Flush' }).click();
  await page.getByRole('button', { name: 'Flush now' }).click();
  await expect(page.getByText(/messages? (was|were) written/)).toBeVisible();
  await expectAccessible(page);
  await tabs.getByRole('link', { name: 'Dispatch' }).click();
  await expect(page.getByRole('rowheader', { name: 'n3' })).toBeVisible();
  await expectAccessible(page);
  await tabs.getByRole('link', { name: 'Events' }).click();
  await page.getByLabel('Kind').selectOption({ label: 'Leader elected' });
  await expect(page.getByRole('list', { name: 'Events, newest first' })).toContainText(
    'Leader elected',
  );
  await expectAccessible(page, 'li:nth-child(n + 4)');
});
