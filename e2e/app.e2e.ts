import { type Page, test } from '@playwright/test';
import { operatorJourneys } from './journeys/operators.ts';
import { playgroundJourneys } from './journeys/playground.ts';
import { signIn } from './support/pages.ts';
import { type RunningSystem, removeData, systemForTests } from './support/system.ts';

/** Page by page, on one system that nothing happens to; what survives failures is in story.e2e.ts. */
test.describe.configure({ mode: 'serial' });

let system: RunningSystem;
let admin: Page;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000);
  system = await systemForTests({ portBase: 17_000 });
  admin = await signIn(browser, system, 'admin');
});

test.afterAll(async () => {
  test.setTimeout(60_000);
  await system.interrupt();
  removeData(system);
});

const asAdmin = [() => admin, () => system.webUrl] as const;
operatorJourneys(...asAdmin);
playgroundJourneys(...asAdmin);
