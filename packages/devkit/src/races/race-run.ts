import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDiskShim, slowDiskEnvironment } from '@fleetlm/bench';
import { z } from 'zod';
import { repositoryRoot } from '../repository.ts';
import { describeEnvironment, type RaceEnvironment, type RaceSuite } from './race-options.ts';
import type { RaceRun } from './race-table.ts';

/** A run that takes longer hangs: it is ended, and counts as failed. */
export const RUN_LIMIT_MS = 45 * 60_000;
const KILL_AFTER_MS = 10_000;

const PROJECTS: Readonly<Record<RaceSuite, string>> = {
  unit: '--project=!integration',
  integration: '--project=integration',
};

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

interface RunPlan {
  readonly suite: RaceSuite;
  readonly environment: RaceEnvironment;
  readonly seed: number;
  readonly files: readonly string[];
}

const running = new Set<ChildProcess>();

/** Ends everything that was started: on a signal, or at the end. */
export function endRuns(signal: NodeJS.Signals = 'SIGTERM'): void {
  for (const { pid } of running) {
    try {
      // The whole process group: test runners start nodes and databases.
      if (pid !== undefined) process.kill(-pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Runs a suite once in an environment. */
export async function raceRun(plan: RunPlan): Promise<RaceRun> {
  const { suite, environment, seed, files } = plan;
  const directory = mkdtempSync(join(tmpdir(), 'fleetlm-races-'));
  const described = { environment: describeEnvironment(environment), suite };
  try {
    const around = prepare(environment, seed, directory);
    if ('why' in around) return { ...described, seconds: 0, failures: null, note: around.why };
    const output = join(directory, 'report.json');
    const command = [
      ...around.prefix,
      ...['vitest', 'run', PROJECTS[suite], '--reporter=dot', '--reporter=json'],
      ...[`--outputFile.json=${output}`, ...around.args, ...files],
    ];
    const busy = Array.from({ length: around.busy }, keepBusy);
    const from = performance.now();
    const isEnded = await ended(command, { ...process.env, ...around.env });
    for (const child of busy) child.kill('SIGKILL');
    const seconds = (performance.now() - from) / 1000;
    const failures = failuresIn(output, isEnded);
    return { ...described, seconds, failures, note: around.note };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Surroundings {
  readonly prefix: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly busy: number;
  readonly note: string | null;
}

const NOTHING: Surroundings = { prefix: [], args: [], env: {}, busy: 0, note: null };

function prepare(
  environment: RaceEnvironment,
  seed: number,
  directory: string,
): Surroundings | { readonly why: string } {
  switch (environment.name) {
    case 'alone':
      return NOTHING;
    case 'busy':
      return { ...NOTHING, busy: environment.processes };
    case 'one-core':
      if (spawnSync('taskset', ['--version']).status !== 0)
        return { why: 'this machine has no taskset (package util-linux)' };
      return { ...NOTHING, prefix: ['taskset', '--cpu-list', '0'] };
    case 'slow-disk': {
      const shim = buildDiskShim(directory);
      if (!shim.available) return { why: shim.why };
      return { ...NOTHING, env: slowDiskEnvironment(shim.library, environment.milliseconds) };
    }
    case 'random-order': {
      const shuffle = ['--sequence.shuffle.files', '--sequence.shuffle.tests'];
      return {
        ...NOTHING,
        args: [...shuffle, `--sequence.seed=${seed}`],
        note: `seed ${seed}`,
      };
    }
    default:
      return environment satisfies never;
  }
}

/** Keeps a core busy, at normal priority; never longer than a run may take. */
function keepBusy(): ChildProcess {
  const loop = `const end = Date.now() + ${RUN_LIMIT_MS}; while (Date.now() < end);`;
  return spawn(process.execPath, ['--eval', loop], { stdio: 'ignore' });
}

/** False: it had to be ended. */
function ended(command: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const [file = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: repositoryRoot, stdio: 'inherit', env, detached: true });
    running.add(child);
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      endRuns();
      setTimeout(() => endRuns('SIGKILL'), KILL_AFTER_MS).unref();
    }, RUN_LIMIT_MS);
    const over = (): void => {
      clearTimeout(limit);
      running.delete(child);
    };
    child.on('error', (error) => {
      over();
      reject(error);
    });
    child.on('exit', () => {
      over();
      resolve(!isLate);
    });
  });
}

/** The tests and files that failed. */
function failuresIn(path: string, isEnded: boolean): readonly string[] {
  if (!isEnded) return [`the run did not end within ${RUN_LIMIT_MS / 60_000} minutes`];
  if (!existsSync(path)) return ['the run ended without a report'];
  const { testResults } = Report.parse(JSON.parse(readFileSync(path, 'utf8')));
  return testResults.flatMap(({ name, status, assertionResults }) => {
    const file = name.startsWith(repositoryRoot) ? name.slice(repositoryRoot.length) : name;
    const failed = assertionResults.filter((one) => one.status === 'failed');
    if (failed.length > 0) return failed.map(({ fullName }) => `${file}: ${fullName}`);
    return status === 'failed' ? [`${file}: the file itself`] : [];
  });
}
