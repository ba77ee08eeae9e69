import { expect, type Page } from '@playwright/test';
import { expectAccessible } from '../support/axe.ts';
import { test } from '../support/journey.ts';

/** Raft in the browser: what happens is the core's doing, so only what must happen is expected. */
test('a split vote can be loaded, played and watched until a leader is elected', async ({
  admin: page,
  system,
}) => {
  await page.goto(`${system.webUrl}/admin/playground?scenario=split-vote`);
  await expect(page.getByRole('heading', { name: 'A split vote' })).toBeVisible();
  await expect(node(page, 2)).toHaveAttribute('aria-label', /n2, stopped/);
  await page.getByLabel('Speed').selectOption({ label: 'real time' });
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(story(page)).toContainText('n1 is a candidate in term 2');
  await expect(story(page)).toContainText('n3 is a candidate in term 2');
  await expect(leaders(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expectAccessible(page);
});

test('cut links, stopped nodes, lost messages and single steps have their effect', async ({
  admin: page,
  system,
}) => {
  await page.goto(`${system.webUrl}/admin/playground`);
  await page.getByRole('button', { name: 'Scenarios' }).press('Enter');
  await page.getByRole('menuitem', { name: /A partition/ }).press('Enter');
  await expect(page).toHaveURL(/scenario=partition/);
  await expect(page.getByRole('row').filter({ hasText: 'n1' })).toContainText('x=2');
  await page.getByRole('button', { name: 'Drop all' }).click();
  await expect(page.getByRole('heading', { name: 'Messages in flight 0' })).toBeVisible();
  await page.getByRole('button', { name: 'Step' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await node(page, 1).focus();
  await page.keyboard.press('ArrowRight');
  await expect(node(page, 2)).toBeFocused();
  const panel = page.getByRole('region', { name: /^n2/ });
  await panel.getByRole('button', { name: 'Mend all links' }).click();
  await panel.getByRole('button', { name: 'Stop' }).click();
  await expect(node(page, 2)).toHaveAttribute('aria-label', /stopped/);
  await panel.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(node(page, 2)).toHaveAttribute('aria-label', /follower/);
  await panel.getByRole('button', { name: 'Link to n3 is cut' }).click();
  await expect(panel.getByRole('button', { name: 'Link to n3 is cut' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await page.getByRole('button', { name: /^Write x=/ }).click();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(page.getByRole('list', { name: 'Writes, newest first' })).toContainText(
    /x=3\s*acknowledged/,
  );
  await page.getByRole('button', { name: 'Pause' }).click();
});

function node(page: Page, id: number) {
  return page.locator(`[data-node="${id}"]`);
}

function leaders(page: Page) {
  return page.getByRole('radio', { name: /, leader,/ });
}

function story(page: Page) {
  return page.getByRole('region', { name: 'What happens, newest first' });
}
