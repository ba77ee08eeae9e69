import { defineConfig } from '@playwright/test';
import { base } from './base.config.ts';
import { ALL_GROUPS, FEW_GROUPS } from './support/system.ts';

/** Journeys that break or change the whole cluster, and those that wait for a cluster of their own. */
const CHANGE_THE_CLUSTER = /(faults|operations|use-chat)\.e2e\.ts$/;

/**
 * Two systems, started before the first journey and stopped after the last. One has as many groups as `npm start` gives it:
 * its journeys leave the cluster as it is, so two of them may run side by side. The other has few groups: nodes are killed
 * there, Postgres is stopped, groups are moved, one journey after the other, beside the first. No journey leans on another
 * (`fullyParallel` says so): `npm run test:e2e -- --shuffle` runs them in random order and prints the seed, `--shuffle <seed>`
 * repeats it.
 */
export default defineConfig({
  ...base,
  testMatch: '**/*.e2e.ts',
  globalSetup: './support/shared-systems.ts',
  fullyParallel: true,
  // One system that was named by hand is shared by all.
  workers: process.env.E2E_SYSTEM === undefined ? 2 : 1,
  projects: [
    // First, because no second worker can help with them.
    { name: FEW_GROUPS, testMatch: CHANGE_THE_CLUSTER, workers: 1 },
    { name: ALL_GROUPS, testIgnore: CHANGE_THE_CLUSTER },
  ],
  reporter: [['list'], ['../packages/devkit/src/test-times/playwright-reporter.ts']],
});
