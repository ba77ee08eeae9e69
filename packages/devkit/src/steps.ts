import type { Step } from './run-step.ts';

/** What can be checked or made in this repository, each step once. Extra arguments go to the tool. */

export const generate: Step = {
  title: 'generate the database client',
  command: ['prisma', 'generate'],
  // `generate` never runs the native schema engine; a set path keeps Prisma from downloading it.
  env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
};

export const reference: Step = {
  title: 'write the reference pages',
  command: ['node', 'packages/devkit/scripts/reference.ts'],
};

export const format: Step = {
  title: 'format',
  command: ['biome', 'check', '--write', '--error-on-warnings', '.'],
};

export const lint: Step = {
  title: 'format and lint',
  command: ['biome', 'check', '--error-on-warnings', '.'],
};

export const unused: Step = {
  title: 'unused exports, files and dependencies',
  command: ['knip', '--no-progress', '--no-config-hints'],
};

export const regexps: Step = {
  title: 'regular expressions in linear time',
  command: ['node', 'packages/devkit/scripts/regexps.ts'],
};

export const typecheckSteps: readonly Step[] = [
  {
    title: 'types of all workspaces',
    command: ['turbo', 'run', 'typecheck', '--output-logs=errors-only'],
  },
  { title: 'types of the root', command: ['tsc', '--noEmit', '-p', 'tsconfig.json'] },
  {
    title: 'types of the end-to-end tests',
    command: ['tsc', '--noEmit', '-p', 'e2e/tsconfig.json'],
  },
  {
    title: 'types of the examples',
    command: ['tsc', '--noEmit', '-p', 'examples/tsconfig.json'],
  },
];

/** Beside what is printed: the time of each test, for the list of the slowest. */
const VITEST_REPORTERS = [
  '--reporter=default',
  '--reporter=./packages/devkit/src/test-times/vitest-reporter.ts',
];

/** Tests that import something that has changed since a commit, committed or not. */
export function changedTests(since: string, withIntegration: boolean): Step {
  const projects = withIntegration ? [] : ['--project=!integration'];
  return {
    title: `tests that changes since ${since.slice(0, 12)} can reach`,
    command: ['vitest', 'run', '--passWithNoTests', ...projects, `--changed=${since}`],
  };
}

export function unitTests(args: readonly string[] = []): Step {
  return {
    title: 'unit tests',
    command: [
      'vitest',
      ...['run', '--passWithNoTests', '--project=!integration'],
      ...VITEST_REPORTERS,
      ...args,
    ],
  };
}

export function integrationTests(args: readonly string[] = []): Step {
  return {
    title: 'integration tests',
    command: [
      'vitest',
      ...['run', '--passWithNoTests', '--project=integration'],
      ...VITEST_REPORTERS,
      ...args,
    ],
  };
}

export function endToEndTests(chromiumPath: string, args: readonly string[] = []): Step {
  return {
    title: 'end to end, in a real browser',
    command: ['playwright', 'test', '--config', 'e2e/playwright.config.ts', ...args],
    env: { CHROMIUM_PATH: chromiumPath },
  };
}

/** Three minutes of faults against real processes, by a seed that it prints. */
export const tortureSmoke: Step = {
  title: 'torture, a smoke',
  command: ['node', 'packages/devkit/scripts/torture.ts', '--smoke'],
};

/** Hostile input at every edge of real processes: the corpus and half a minute of drawn inputs, by a seed that it prints. */
export function fuzzSmoke(minutes: string | undefined): Step {
  return {
    title: 'fuzz, a smoke',
    command: [
      'node',
      'packages/devkit/scripts/fuzz.ts',
      '--smoke',
      // The same inputs in every run: new ones are drawn by longer campaigns, not during a change.
      ...['--seed', '1'],
      ...(minutes === undefined ? [] : ['--minutes', minutes]),
    ],
  };
}

export const buildWeb: Step = {
  title: 'build the web app',
  command: ['node', 'packages/devkit/scripts/build-web.ts'],
};

/** Builds the web app as well; it is what the end-to-end tests then start. */
export const webArtefact: Step = {
  title: 'build the web app, pack it, and start it from what was packed',
  command: ['node', 'packages/devkit/scripts/dist.ts', 'web'],
};

export function measurements(chromiumPath: string, args: readonly string[] = []): Step {
  return {
    title: 'the web app against its targets',
    command: ['playwright', 'test', '--config', 'e2e/measure.config.ts', ...args],
    env: { CHROMIUM_PATH: chromiumPath },
  };
}

export function screenshots(chromiumPath: string): Step {
  return {
    title: 'pictures of the running product',
    command: ['playwright', 'test', '--config', 'e2e/screenshots.config.ts'],
    env: { CHROMIUM_PATH: chromiumPath },
  };
}
