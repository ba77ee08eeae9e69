import { expect, type Locator, type Page } from '@playwright/test';

const TABS_MAX = 80;

/** Goes to a control as a user without a pointer does: with Tab, from wherever the focus is. */
export async function tabTo(page: Page, control: Locator): Promise<void> {
  await expect(control.first()).toBeVisible();
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    if (await hasFocus(control)) return;
    await page.keyboard.press('Tab');
  }
  expect(await hasFocus(control), `${control} is reached with Tab`).toBe(true);
}

/** Tab to it, then Enter. */
export async function activate(page: Page, control: Locator): Promise<void> {
  await tabTo(page, control);
  await page.keyboard.press('Enter');
}

/** Enter on a control that has the focus, once it can be used: figures that arrive may have disabled it for a moment. */
export async function enter(page: Page, control: Locator): Promise<void> {
  await expect(async () => {
    await expect(control).toBeEnabled({ timeout: 30_000 });
    await control.focus();
    await expect(control).toBeFocused({ timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  await page.keyboard.press('Enter');
}

function hasFocus(control: Locator): Promise<boolean> {
  return control.first().evaluate((element) => element === document.activeElement);
}
