import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const START_LIMIT_MS = 240_000;

/** The whole product, started the way a newcomer does, on ports and data of its own. */
export interface RunningSystem {
  readonly webUrl: string;
  readonly nodeUrls: readonly string[];
  readonly databaseUrl: string;
  readonly dataDirectory: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** start, stop or kill one part: n1, n2, n3, postgres, agent, web. */
  control(action: 'start' | 'stop' | 'kill', part: string): Promise<void>;
  /** Ctrl-C; resolves with the exit code and the seconds that it took. */
  interrupt(): Promise<{ readonly code: number | null; readonly seconds: number }>;
}

/**
 * A system for tests that leave it as it is. E2E_SYSTEM=<port base>:<data directory> names one that runs
 * already (`npm run dev`), so that a journey can be written against it; nobody stops that one.
 */
export async function systemForTests(options: {
  readonly portBase: number;
}): Promise<RunningSystem> {
  const running = /^(\d+):(.+)$/.exec(process.env.E2E_SYSTEM ?? '');
  if (running === null) return startSystem(options);
  return {
    ...systemAt(Number(running[1]), running[2] ?? ''),
    interrupt: () => Promise.resolve({ code: 0, seconds: 0 }),
  };
}

export async function startSystem(options: {
  readonly portBase: number;
  readonly dataDirectory?: string;
}): Promise<RunningSystem> {
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'fleetlm-e2e-'));
  const child = spawn(process.execPath, [join(ROOT, 'packages/devkit/scripts/start.ts')], {
    cwd: ROOT,
    env: { ...process.env, PORT_BASE: String(options.portBase), DATA_DIR: dataDirectory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await untilRunning(child);
  return {
    ...systemAt(options.portBase, dataDirectory),
    interrupt: async () => {
      const startedAt = performance.now();
      const code = await new Promise<number | null>((resolve) => {
        if (child.exitCode !== null) resolve(child.exitCode);
        child.once('exit', resolve);
        child.kill('SIGINT');
      });
      return { code, seconds: (performance.now() - startedAt) / 1000 };
    },
  };
}

function systemAt(base: number, dataDirectory: string): Omit<RunningSystem, 'interrupt'> {
  return {
    webUrl: `http://127.0.0.1:${base}`,
    nodeUrls: [1, 2, 3].map((number) => `http://127.0.0.1:${base + number}`),
    databaseUrl: `postgresql://fleetlm:fleetlm@127.0.0.1:${base + 329}/fleetlm`,
    dataDirectory,
    secrets: JSON.parse(readFileSync(join(dataDirectory, 'secrets.json'), 'utf8')),
    control: (action, part) => control(dataDirectory, `${action} ${part}`),
  };
}

/** Removes what a system kept; only after it has stopped. */
export function removeData(system: RunningSystem): void {
  if (process.env.E2E_SYSTEM !== undefined) return;
  rmSync(system.dataDirectory, { recursive: true, force: true });
}

function untilRunning(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const limit = setTimeout(() => {
      child.kill('SIGTERM');
      reject(new Error(`The system did not start within ${START_LIMIT_MS / 1000} s:\n${output}`));
    }, START_LIMIT_MS);
    const read = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      if (!output.includes('FleetLM is running')) return;
      clearTimeout(limit);
      resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(limit);
      reject(new Error(`The system ended with code ${code} before it ran:\n${output}`));
    });
  });
}

function control(dataDirectory: string, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(join(dataDirectory, 'control.sock'));
    let answer = '';
    socket.on('connect', () => socket.write(`${command}\n`));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('utf8');
    });
    socket.on('error', reject);
    socket.on('close', () => {
      if (answer.startsWith('failed')) reject(new Error(answer.trim()));
      else resolve();
    });
  });
}
