import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** An example as one would start it, and what it needs to run. */
export interface Example {
  readonly name: string;
  readonly command: readonly [program: string, ...args: readonly string[]];
  /** Whether it looks at signatures. */
  readonly verifies: boolean;
  /** From `examples`; the name when it is left out. */
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export const EXAMPLES: readonly Example[] = [
  { name: 'next-ai-sdk', command: [process.execPath, 'server.ts'], verifies: false },
  { name: 'node-plain', command: [process.execPath, 'agent.mjs'], verifies: true },
  { name: 'python-ndjson', command: ['python3', 'agent.py'], verifies: true },
  {
    name: 'python-wsgi',
    command: ['python3', '-B', 'wsgi_agent.py'],
    verifies: true,
    directory: '../sdk/python/examples',
    environment: { PYTHONPATH: '../src' },
  },
];

export interface RunningExample {
  readonly url: string;
  stop(): Promise<void>;
}

/** Whether this machine has what the example is written in. */
export function hasRuntime({ command: [program] }: Example): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Starts an example on a free port and resolves when it listens. Rejects with its output when it ends first. */
export async function startExample(example: Example, secret: string): Promise<RunningExample> {
  const directory = join(import.meta.dirname, example.directory ?? example.name);
  return startProgram(example.command, directory, secret, 0, example.environment);
}

/** The same for any program; one that does not say where it listens is given a `port`, and asked until it answers. */
export async function startProgram(
  command: readonly [program: string, ...args: readonly string[]],
  directory: string,
  secret: string,
  port: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningExample> {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd: directory,
    env: { ...process.env, ...environment, PORT: String(port), WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let output = '';
  const address = new Promise<string>((resolve, reject) => {
    const onData = (text: Buffer): void => {
      output += text.toString('utf8');
      const match = /listening on (\S+)/.exec(output);
      if (match?.[1] !== undefined) resolve(match[1]);
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${command.join(' ')} ended:\n${output}`)));
  });
  const url = await (port === 0
    ? address
    : Promise.race([address, untilListening(port, () => child.exitCode === null)]));
  address.catch(() => undefined);
  return {
    url,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

async function untilListening(port: number, runs: () => boolean): Promise<string> {
  const url = `http://127.0.0.1:${port}/`;
  while (runs()) {
    const response = await fetch(url).catch(() => null);
    await response?.body?.cancel();
    if (response !== null) return url;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it ended before it listened');
}
