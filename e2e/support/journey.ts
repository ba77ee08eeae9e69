import { test as base, type Page } from '@playwright/test';
import { say } from '../../apps/cluster-node/test/support/sdk-agent.ts';
import { type Account, addAccount, openAs } from './accounts.ts';
import { Faults } from './faults.ts';
import { StubAgent } from './stub-agent.ts';
import { type RunningSystem, sharedSystem } from './system.ts';
import { startUseChatExample, type UseChatExample } from './use-chat-example.ts';

const START_LIMIT_MS = 120_000;

interface Journey {
  /** Who `person` is. */
  readonly account: Account;
  /** Browsers of new accounts: a user, an owner of agents, an admin. Each is at the inbox. */
  readonly person: Page;
  readonly owner: Page;
  readonly admin: Page;
  /** Registered. */
  readonly agent: StubAgent;
  readonly faults: Faults;
  /** Its agent says hello until the journey gives it something else to say. */
  readonly useChat: UseChatExample;
}

interface Shared {
  readonly system: RunningSystem;
  readonly useChatExample: UseChatExample;
}

/**
 * A journey through the product: it has its own accounts, browsers, agents and conversations, so it passes or fails alone,
 * whatever ran before it. The system is shared by all of its project; it outlives a worker that is replaced after a failure.
 */
export const test = base.extend<Journey, Shared>({
  system: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from the pattern.
    async ({}, use, { project }) => use(sharedSystem(project.name)),
    { scope: 'worker' },
  ],
  useChatExample: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from the pattern.
    async ({}, use) => {
      const example = await startUseChatExample();
      await use(example);
      await example.close();
    },
    { scope: 'worker', timeout: START_LIMIT_MS },
  ],
  useChat: async ({ useChatExample }, use) => {
    useChatExample.agent.script = () => say('Hello', ' there');
    await use(useChatExample);
  },
  account: async ({ system }, use) => use(await addAccount(system, 'user')),
  person: async ({ browser, system, account }, use) => {
    const page = await openAs(browser, system, account);
    await use(page);
    await page.context().close();
  },
  owner: async ({ browser, system }, use) => {
    const page = await openAs(browser, system, await addAccount(system, 'owner'));
    await use(page);
    await page.context().close();
  },
  admin: async ({ browser, system }, use) => {
    const page = await openAs(browser, system, await addAccount(system, 'admin'));
    await use(page);
    await page.context().close();
  },
  agent: async ({ system }, use) => {
    const agent = new StubAgent('Ava');
    await agent.listen();
    await agent.register(system);
    await use(agent);
    agent.close();
  },
  faults: async ({ system }, use) => {
    const faults = new Faults(system);
    await use(faults);
    await faults.repair();
  },
});
