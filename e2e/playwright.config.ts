import { defineConfig } from '@playwright/test';
import { base } from './base.config.ts';

/**
 * The journeys share one system, started before the first and stopped after the last. One after the other: some kill nodes or
 * stop Postgres. None leans on another (`fullyParallel` says so): `npm run test:e2e -- --shuffle` runs them in random order
 * and prints the seed, `--shuffle <seed>` repeats it.
 */
export default defineConfig({
  ...base,
  testMatch: '**/*.e2e.ts',
  globalSetup: './support/shared-system.ts',
  fullyParallel: true,
  reporter: [['list'], ['../packages/devkit/src/test-times/playwright-reporter.ts']],
});
