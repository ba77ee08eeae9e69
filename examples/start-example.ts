import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** An example as one would start it, and what it needs to run. */
export interface Example {
  readonly name: string;
  readonly command: readonly [program: string, ...args: readonly string[]];
  /** Whether it looks at signatures. */
  readonly verifies: boolean;
}

export const EXAMPLES: readonly Example[] = [
  { name: 'next-ai-sdk', command: [process.execPath, 'server.ts'], verifies: false },
  { name: 'node-plain', command: [process.execPath, 'agent.mjs'], verifies: true },
  { name: 'python-ndjson', command: ['python3', 'agent.py'], verifies: true },
];

export interface RunningExample {
  readonly url: string;
  stop(): Promise<void>;
}

/** Whether this machine has what the example is written in. */
export function hasRuntime({ command: [program] }: Example): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Starts an example on a free port and resolves when it says where it listens. Rejects with its output when it ends first. */
export async function startExample(example: Example, secret: string): Promise<RunningExample> {
  const [program, ...args] = example.command;
  const child = spawn(program, args, {
    cwd: join(import.meta.dirname, example.name),
    env: { ...process.env, PORT: '0', WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (text: Buffer): void => {
      output += text.toString('utf8');
      const match = /listening on (\S+)/.exec(output);
      if (match?.[1] !== undefined) resolve(match[1]);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${example.name} ended:\n${output}`)));
  });
  return {
    url,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
