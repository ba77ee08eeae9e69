import { type Page, test } from '@playwright/test';
import { accountJourneys } from './journeys/account.ts';
import { accountsJourneys } from './journeys/accounts.ts';
import { everyRoute } from './journeys/every-route.ts';
import { keyboardJourneys } from './journeys/keyboard.ts';
import { operationJourneys } from './journeys/operations.ts';
import { operatorJourneys } from './journeys/operators.ts';
import { ownerJourneys } from './journeys/owner.ts';
import { peopleJourneys } from './journeys/people.ts';
import { playgroundJourneys } from './journeys/playground.ts';
import { chatStates } from './journeys/states.ts';
import { signIn } from './support/pages.ts';
import { type RunningSystem, removeData, systemForTests } from './support/system.ts';

/** Page by page, on one system that nothing happens to; what survives failures is in story.e2e.ts. */
test.describe.configure({ mode: 'serial' });

let system: RunningSystem;
let admin: Page;
let owner: Page;
let person: Page;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000);
  system = await systemForTests({ portBase: 17_000 });
  [admin, owner, person] = await Promise.all([
    signIn(browser, system, 'admin'),
    signIn(browser, system, 'owner'),
    signIn(browser, system, 'demo'),
  ]);
});

test.afterAll(async () => {
  test.setTimeout(60_000);
  await system.interrupt();
  removeData(system);
});

const asAdmin = [() => admin, () => system.webUrl] as const;
operatorJourneys(...asAdmin);
operationJourneys(...asAdmin);
accountsJourneys(
  () => admin,
  () => system,
);
playgroundJourneys(...asAdmin);
ownerJourneys(
  () => admin,
  () => owner,
  () => system.webUrl,
);
peopleJourneys(
  () => person,
  () => system.webUrl,
);
keyboardJourneys(
  () => person,
  () => admin,
  () => system.webUrl,
);
const asPerson = [() => person, () => system] as const;
accountJourneys(...asPerson);
chatStates(...asPerson);
everyRoute(() => system);
