import { type ChildProcess, spawn } from 'node:child_process';

const OUTPUT_LENGTH_MAX = 200_000;

/** A command as a user types it, in a group of processes of its own. */
export interface Typed {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves with the exit code; null after a signal. */
  readonly ended: Promise<number | null>;
}

const running = new Set<ChildProcess>();
// However this process ends, nothing that it typed outlives it.
process.on('exit', () => {
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
});

export function type(
  command: string,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Typed {
  const child = spawn('bash', ['-o', 'pipefail', '-c', command], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = `${output}${text}`.slice(-OUTPUT_LENGTH_MAX);
    });
  return {
    child,
    output: () => output,
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    }),
  };
}

/** What the terminal sends to everything that runs in it. */
export function signalGroup({ child }: Typed, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  process.kill(-child.pid, signal);
}

/** Runs to the end; ends it all after the limit, and answers null then. */
export async function typeToTheEnd(
  command: string,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  limitMs: number,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const typed = type(command, cwd, env);
  const timer = setTimeout(() => signalGroup(typed, 'SIGKILL'), limitMs);
  const code = await typed.ended;
  clearTimeout(timer);
  return { code, output: typed.output() };
}
