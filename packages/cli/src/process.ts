import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Programs } from './context.ts';
import { runCommand } from './run.ts';

/** The signals that a terminal or a supervisor ends a command with: the program that runs for it gets them, too. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function runProgram(
  nodeArguments: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const child = spawn(process.execPath, [...nodeArguments], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const passOn = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  for (const signal of PASSED_ON) process.on(signal, passOn);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      for (const signal of PASSED_ON) process.off(signal, passOn);
      resolve(code ?? 1);
    });
  });
}

/** The command line of this process, with its environment and its terminal. */
export async function runProcess(version: string, programs: Programs): Promise<void> {
  const code = await runCommand(process.argv.slice(2), version, {
    env: process.env,
    homeDirectory: homedir(),
    fetch: globalThis.fetch,
    wallClockMs: Date.now,
    monotonicMs: () => performance.now(),
    pause: (ms) => pause(ms),
    write: (text) => process.stdout.write(text),
    writeError: (text) => process.stderr.write(text),
    programs,
    runProgram,
  });
  // Null: it became a node, which ends by itself.
  if (code !== null) process.exitCode = code;
}
