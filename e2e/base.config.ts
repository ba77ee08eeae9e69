import type { PlaywrightTestConfig } from '@playwright/test';

const chromium = process.env.CHROMIUM_PATH;

/** What everything has in common that drives the product in a real browser. */
export const base: PlaywrightTestConfig = {
  testDir: '.',
  workers: 1,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  outputDir: '../test-results',
  reporter: [['list']],
  use: {
    viewport: { width: 1280, height: 800 },
    // Pictures of every moment and of every page would be a third of what a run costs: `-- --trace retain-on-failure`.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: false },
    launchOptions: {
      ...(chromium === undefined ? {} : { executablePath: chromium }),
      args: [
        '--no-sandbox',
        '--disable-background-networking',
        '--disable-component-update',
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
      ],
    },
  },
};
