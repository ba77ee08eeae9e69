import { spawn } from 'node:child_process';
import { isAbsolute, join } from 'node:path';
import { repositoryRoot } from './repository.ts';

/** Runs one of our scripts and shows its output only when it fails. */
export function runQuietly(script: string, env: Readonly<Record<string, string>>): Promise<void> {
  const path = isAbsolute(script)
    ? script
    : join(repositoryRoot, 'packages/devkit/scripts', script);
  return runCommandQuietly([process.execPath, path], repositoryRoot, env);
}

/** Runs any program to its end and shows its output only when it fails. */
export function runCommandQuietly(
  command: readonly [string, ...string[]],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const [file, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command.join(' ')} failed with exit code ${code}:\n${output}`));
    });
  });
}
