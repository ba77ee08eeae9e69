import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * The page as it is now has no violation of WCAG 2.2 AA that can be found by looking, in both themes. What repeats
 * what was looked at already (cells and rows by the hundred) is left out with `repeated`, a selector.
 */
export async function expectAccessible(page: Page, repeated?: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // The page follows when the browser paints next: in between, half of what is looked at would have the other colours.
    await expect(page.locator('html')).toHaveCSS('color-scheme', colorScheme);
    // The themes differ in their colours and in nothing else.
    const rules = new AxeBuilder({ page });
    // Our pages hold no frames: without this mode a second page is opened each time, only to put their results together.
    rules.setLegacyMode();
    if (colorScheme === 'light') rules.withTags(RULES);
    else rules.withRules(['color-contrast']);
    if (repeated !== undefined) rules.exclude(repeated);
    const { violations } = await rules.analyze();
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`,
    );
    expect(found, `${page.url()}, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}
