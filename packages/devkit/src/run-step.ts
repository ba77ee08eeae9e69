import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { repositoryRoot } from './repository.ts';

export interface Step {
  readonly title: string;
  /** Looked up in node_modules/.bin first: run.mjs puts it at the head of PATH. */
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

/** Steps that run side by side: those of one lane in order. */
export interface Lanes {
  readonly lanes: readonly (readonly Step[])[];
}

/** Of the output of a step in a lane that does not print as it goes; its end is what says why it failed. */
export const LANE_OUTPUT_BYTES_MAX = 4 * 1024 * 1024;

interface Running {
  readonly child: ChildProcess;
  /** With everything that it has started: a process group of its own. */
  readonly isGroup: boolean;
}

const running = new Set<Running>();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.exitCode = 1;
    if (running.size === 0) process.exit(1);
    for (const one of running) end(one, signal);
  });
}

/** Tests that are ended do not end the nodes and databases that they have started: the group does. */
function end({ child, isGroup }: Running, signal: NodeJS.Signals): void {
  if (!isGroup || child.pid === undefined) {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // All of the group are gone.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Runs one command with our terminal; answers whether it succeeded. */
export async function runStep(step: Step, isGroup = false): Promise<boolean> {
  const startedAt = performance.now();
  process.stdout.write(`\n> ${step.title}\n`);
  const succeeded = await runCommand(step, 'inherit', isGroup);
  sayEnd(step, succeeded, startedAt);
  return succeeded;
}

/** Runs the steps in order and ends the process: at the first failure with 1, else with 0. */
export async function runSteps(steps: readonly (Step | Lanes)[]): Promise<never> {
  for (const step of steps) {
    const succeeded = await ('lanes' in step ? runLanes(step) : runStep(step));
    if (!succeeded) process.exit(1);
  }
  process.exit(0);
}

/**
 * Answers whether all succeeded; the first failure ends what still runs. The first lane prints as it goes, what a step of
 * another lane prints is shown when it ends.
 */
export async function runLanes({ lanes }: Lanes): Promise<boolean> {
  let hasFailed = false;
  const runLane = async (lane: readonly Step[], at: number): Promise<void> => {
    for (const step of lane) {
      if (hasFailed) return;
      if (await (at === 0 ? runStep(step, true) : runApart(step))) continue;
      hasFailed = true;
      for (const one of running) end(one, 'SIGTERM');
    }
  };
  await Promise.all(lanes.map(runLane));
  return !hasFailed;
}

/** The same as `runStep`, but its output is shown in one piece. */
async function runApart(step: Step): Promise<boolean> {
  const startedAt = performance.now();
  process.stdout.write(`\n> beside it: ${step.title}\n`);
  const directory = mkdtempSync(join(tmpdir(), 'fleetlm-step-'));
  const output = openSync(join(directory, 'output'), 'w+');
  try {
    const succeeded = await runCommand(step, output, true);
    process.stdout.write(`\n> ${step.title}\n`);
    process.stdout.write(endOf(output));
    sayEnd(step, succeeded, startedAt);
    return succeeded;
  } finally {
    closeSync(output);
    rmSync(directory, { recursive: true, force: true });
  }
}

/** `isGroup`: nothing that the command has started outlives it. A group of its own has no terminal to be interrupted from. */
async function runCommand(
  step: Step,
  output: 'inherit' | number,
  isGroup: boolean,
): Promise<boolean> {
  const [file, ...args] = step.command;
  const child = spawn(file, args, {
    cwd: repositoryRoot,
    stdio: [isGroup ? 'ignore' : 'inherit', output, output],
    env: { ...process.env, ...step.env },
    detached: isGroup,
  });
  const one = { child, isGroup };
  running.add(one);
  const succeeded = await new Promise<boolean>((resolve) => {
    child.on('error', (error) => {
      process.stderr.write(`${file} did not start: ${error.message}\n`);
      resolve(false);
    });
    child.on('exit', (code) => resolve(code === 0));
  });
  running.delete(one);
  if (isGroup) end(one, 'SIGKILL');
  return succeeded;
}

function endOf(file: number): Buffer {
  const { size } = fstatSync(file);
  const bytes = Buffer.alloc(Math.min(size, LANE_OUTPUT_BYTES_MAX));
  readSync(file, bytes, 0, bytes.length, size - bytes.length);
  return bytes;
}

function sayEnd({ title }: Step, succeeded: boolean, startedAt: number): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${succeeded ? 'ok' : 'FAILED'}: ${title} (${seconds} s)\n`);
}
