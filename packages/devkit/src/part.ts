import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

export interface PartOptions {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logDirectory: string;
  /** Called when the process ends without having been asked to. */
  readonly onUnexpectedExit: (part: Part, how: string) => void;
}

const TAIL_LINES_MAX = 30;

/** One process of the system: started, stopped, killed and started again. Its output goes to a log file. */
export class Part {
  readonly name: string;
  readonly #options: PartOptions;
  #child: ChildProcess | null = null;
  #exited: Promise<void> = Promise.resolve();
  #stopping = false;
  #tail: string[] = [];

  constructor(options: PartOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get running(): boolean {
    return this.#child !== null;
  }

  get logFile(): string {
    return join(this.#options.logDirectory, `${this.name}.log`);
  }

  /** The newest lines of output, for a message about a failed start. */
  get tail(): string {
    return this.#tail.join('\n');
  }

  start(): void {
    if (this.#child !== null) return;
    const { command, cwd, env, logDirectory } = this.#options;
    mkdirSync(logDirectory, { recursive: true });
    if (existsSync(this.logFile)) renameSync(this.logFile, `${this.logFile}.1`);
    const log = createWriteStream(this.logFile);
    const [file, ...args] = command;
    // A group of its own, so that a terminal's Ctrl-C reaches the launcher only and the order of stopping is ours.
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#stopping = false;
    this.#child = child;
    this.#tail = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.pipe(log, { end: false });
      stream.setEncoding('utf8').on('data', (text: string) => this.#remember(text));
    }
    this.#exited = new Promise((resolve) => {
      const ended = (how: string): void => {
        if (this.#child !== child) return;
        this.#child = null;
        log.end();
        if (!this.#stopping) this.#options.onUnexpectedExit(this, how);
        resolve();
      };
      child.on('error', (error) => ended(`did not start: ${error.message}`));
      child.on('exit', (code, signal) => ended(signal === null ? `exit code ${code}` : signal));
    });
  }

  #remember(text: string): void {
    this.#tail.push(...text.split('\n').filter((line) => line.trim() !== ''));
    this.#tail = this.#tail.slice(-TAIL_LINES_MAX);
  }

  /** Asks it to stop and waits; after `graceMs` it is killed. Answers whether it went by itself. */
  async stop(graceMs: number): Promise<boolean> {
    const child = this.#child;
    if (child === null) return true;
    this.#stopping = true;
    child.kill('SIGTERM');
    // A paused process handles the signal only once it runs again.
    child.kill('SIGCONT');
    let graceful = true;
    const timer = setTimeout(() => {
      graceful = false;
      this.#killGroup(child);
    }, graceMs);
    await this.#exited;
    clearTimeout(timer);
    return graceful;
  }

  /** Freezes it, as a machine that hangs: its connections stay open and nothing is answered. False: it does not run. */
  pause(): boolean {
    return this.#child?.kill('SIGSTOP') ?? false;
  }

  resume(): boolean {
    return this.#child?.kill('SIGCONT') ?? false;
  }

  /** Ends it at once (`kill -9`) and waits until it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#stopping = true;
    this.#killGroup(child);
    await this.#exited;
  }

  #killGroup(child: ChildProcess): void {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
  }
}
