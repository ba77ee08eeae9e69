import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ArchiveDatabase, openArchiveDatabase } from '@fleetlm/database';
import { type RunningPostgres, startEmbeddedPostgres } from '@fleetlm/database/embedded';
import { pause } from './wait-until.ts';

const START_ATTEMPTS = 5;

/** The rig's own Postgres: stopped, crashed, paused and started again at the same place. */
export class PostgresServer {
  readonly url: string;
  readonly #directory: string;
  readonly #port: number;
  #running: RunningPostgres;
  #isUp = true;
  #paused: readonly number[] = [];
  #database: ArchiveDatabase;

  private constructor(directory: string, port: number, running: RunningPostgres) {
    this.#directory = directory;
    this.#port = port;
    this.#running = running;
    this.url = running.url;
    this.#database = openArchiveDatabase(this.url);
  }

  static async start(directory: string, port: number): Promise<PostgresServer> {
    return new PostgresServer(directory, port, await startEmbeddedPostgres({ directory, port }));
  }

  /** The rig's own connections, new after every interruption. */
  get database(): ArchiveDatabase {
    return this.#database;
  }

  get isUp(): boolean {
    return this.#isUp && this.#paused.length === 0;
  }

  async stop(): Promise<void> {
    if (!this.#isUp) return;
    this.#isUp = false;
    await this.#running.stop();
    await this.#database.close();
  }

  /** Immediate shutdown: no checkpoint, connections are dropped; it recovers from its own log at the next start. */
  async crash(): Promise<void> {
    const pid = this.#postmaster();
    if (pid === null) throw new Error('Postgres has no postmaster.pid');
    process.kill(pid, 'SIGQUIT');
    // It is the same process that this waits for.
    await this.stop();
  }

  async startAgain(): Promise<void> {
    if (this.#isUp) return;
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#running = await startEmbeddedPostgres({
          directory: this.#directory,
          port: this.#port,
        });
        break;
      } catch (error) {
        // What an immediate shutdown left behind may hold the port for a moment.
        if (attempt === START_ATTEMPTS) throw error;
        await pause(1000);
      }
    }
    this.#isUp = true;
    this.#database = openArchiveDatabase(this.url);
  }

  /** SIGSTOP to all its processes. The answer is how many are stopped. */
  pause(): number {
    const pids = this.#processes();
    for (const pid of pids) signal(pid, 'SIGSTOP');
    this.#paused = pids;
    return pids.filter((pid) => stateOf(pid) === 'T').length;
  }

  async continue(): Promise<void> {
    for (const pid of this.#paused) signal(pid, 'SIGCONT');
    this.#paused = [];
    await this.#database.close();
    this.#database = openArchiveDatabase(this.url);
  }

  /** Ends all connections but the one that asks. The answer is how many there were. */
  async disconnectAll(): Promise<number> {
    const rows = await this.#database.query<{ ended: boolean }>(
      "SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
    );
    return rows.filter(({ ended }) => ended).length;
  }

  async close(): Promise<void> {
    await this.continue();
    await this.stop();
  }

  #postmaster(): number | null {
    const file = join(this.#directory, 'postmaster.pid');
    if (!existsSync(file)) return null;
    return Number(readFileSync(file, 'utf8').split('\n')[0]);
  }

  #processes(): readonly number[] {
    const postmaster = this.#postmaster();
    if (postmaster === null) return [];
    const children = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => parentOf(pid) === postmaster);
    return [postmaster, ...children];
  }
}

function statOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  } catch {
    return [];
  }
}

function parentOf(pid: number): number {
  return Number(statOf(pid)[1] ?? 0);
}

function stateOf(pid: number): string {
  return statOf(pid)[0] ?? '';
}

/** A process of Postgres that ended meanwhile needs no signal. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
