import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readFileSync, type WriteStream } from 'node:fs';
import { pause, waitUntil } from './wait-until.ts';

const READY_LIMIT_MS = 120_000;
const OUTPUT_LENGTH_MAX = 8_000;
const LAST_WORDS_LENGTH = 400;

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface NodeOptions {
  readonly id: string;
  readonly main: string;
  readonly env: Readonly<Record<string, string>>;
  /** Straight to the node, past any proxy. */
  readonly url: string;
  readonly logFile: string;
}

/** One node of the cluster: started and killed any number of times. */
export class NodeProcess {
  readonly id: string;
  readonly url: string;
  readonly #options: NodeOptions;
  readonly #log: WriteStream;
  #child: ChildProcess | null = null;
  #ending: Promise<Ending> = Promise.resolve({ code: 0, signal: null });
  #output = '';
  #starts = 0;
  #lives = 0;
  /** Called whenever a process of this node ends. */
  onEnd: (ending: Ending) => void = () => undefined;

  constructor(options: NodeOptions) {
    this.id = options.id;
    this.url = options.url;
    this.#options = options;
    this.#log = createWriteStream(options.logFile, { flags: 'a' });
  }

  /** Null while it does not run. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get starts(): number {
    return this.#starts;
  }

  /** How often its disk was emptied. */
  get lives(): number {
    return this.#lives;
  }

  newLife(): void {
    if (this.#child !== null) throw new Error(`${this.id} runs`);
    this.#lives += 1;
  }

  /** The end of what it printed. */
  get lastWords(): string {
    return this.#output.trim().slice(-LAST_WORDS_LENGTH);
  }

  /** Resolves when the present process ends; at once when there is none. */
  get ending(): Promise<Ending> {
    return this.#ending;
  }

  start(): void {
    if (this.#child !== null) throw new Error(`${this.id} runs already`);
    const { main, env } = this.#options;
    const child = spawn(process.execPath, [main], {
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#starts += 1;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece: Buffer) => {
        this.#log.write(piece);
        this.#output = `${this.#output}${piece.toString('utf8')}`.slice(-OUTPUT_LENGTH_MAX);
      });
    this.#ending = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        this.#child = null;
        resolve({ code, signal });
        this.onEnd({ code, signal });
      });
    });
  }

  /** Resolves with how it ended. */
  async kill(signal: NodeJS.Signals): Promise<Ending> {
    this.#child?.kill(signal);
    return this.#ending;
  }

  /** SIGSTOP; resolves when the system says that it is stopped. */
  async stopInPlace(): Promise<void> {
    this.#child?.kill('SIGSTOP');
    await waitUntil(
      () => this.state === 'T',
      5_000,
      () => `${this.id} can't be paused`,
      5,
    );
  }

  continue(): void {
    this.#child?.kill('SIGCONT');
  }

  /** The letter of /proc/<pid>/stat (R, S, T ...); '' when it does not run or this is not Linux. */
  get state(): string {
    const pid = this.pid;
    if (pid === null) return '';
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] ?? '';
    } catch {
      return '';
    }
  }

  async isReady(): Promise<boolean> {
    return (await statusOf(`${this.url}/health/ready`)) === 200;
  }

  /** Throws with the end of its output when it ends or is not ready in time. */
  async ready(): Promise<void> {
    const deadline = performance.now() + READY_LIMIT_MS;
    while (!(await this.isReady())) {
      if (this.#child === null) throw new Error(`${this.id} ended:\n${this.lastWords}`);
      if (performance.now() > deadline)
        throw new Error(`${this.id} was not ready within 120 s:\n${this.lastWords}`);
      await pause(100);
    }
  }

  async close(): Promise<void> {
    this.continue();
    await this.kill('SIGKILL');
    await new Promise((resolve) => this.#log.end(resolve));
  }
}

/** 0: no answer within 2 s. */
export async function statusOf(url: string): Promise<number> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => null);
  await response?.body?.cancel();
  return response?.status ?? 0;
}
