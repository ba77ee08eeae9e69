import { type ChildProcess, spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { repositoryRoot } from './repository.ts';

export interface Step {
  readonly title: string;
  /** Looked up in node_modules/.bin first: run.mjs puts it at the head of PATH. */
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

let running: ChildProcess | undefined;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.exitCode = 1;
    if (running) running.kill(signal);
    else process.exit(1);
  });
}

/** Runs one command with our terminal; answers whether it succeeded. */
export async function runStep(step: Step): Promise<boolean> {
  const startedAt = performance.now();
  const [file, ...args] = step.command;
  process.stdout.write(`\n> ${step.title}\n`);
  const child = spawn(file, args, {
    cwd: repositoryRoot,
    stdio: 'inherit',
    env: { ...process.env, ...step.env },
  });
  running = child;
  const succeeded = await new Promise<boolean>((resolve) => {
    child.on('error', (error) => {
      process.stderr.write(`${file} did not start: ${error.message}\n`);
      resolve(false);
    });
    child.on('exit', (code) => resolve(code === 0));
  });
  running = undefined;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${succeeded ? 'ok' : 'FAILED'}: ${step.title} (${seconds} s)\n`);
  return succeeded;
}

/** Runs the steps in order and ends the process: at the first failure with 1, else with 0. */
export async function runSteps(steps: readonly Step[]): Promise<never> {
  for (const step of steps) {
    if (!(await runStep(step))) process.exit(1);
  }
  process.exit(0);
}
