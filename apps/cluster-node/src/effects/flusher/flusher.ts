import { migrate } from '@fleetlm/database';
import { oneLine } from '../one-line.ts';
import type { LedGroup } from '../ports.ts';
import { ArchiveStore } from './archive-store.ts';
import { takeBatch } from './flush-pass.ts';
import type { Flusher, FlusherPorts, FlusherStats, FlushPass } from './flusher-api.ts';

/** While Postgres is away it is asked again after 1, 2, 4 ... times the interval, at most this long. */
const BACKOFF_MAX_MS = 30_000;
/** Batches of one group in one pass: a long backlog of one group lets the others have their turn. */
const BATCHES_PER_GROUP_MAX = 4;

export function createFlusher(ports: FlusherPorts): Flusher {
  return new PostgresFlusher(ports);
}

class PostgresFlusher implements Flusher {
  readonly #ports: FlusherPorts;
  readonly archive: ArchiveStore;
  readonly #conflicted = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #pass: Promise<FlushPass> | null = null;
  #stopped = false;
  #isMigrated = false;
  #failuresInARow = 0;
  #stats: { -readonly [K in keyof FlusherStats]: FlusherStats[K] } = {
    rowsFlushed: 0,
    passes: 0,
    failures: 0,
    lastSuccessAtMs: null,
    lastError: null,
    databaseUp: false,
    conflictedSessions: 0,
  };

  constructor(ports: FlusherPorts) {
    this.#ports = ports;
    this.archive = new ArchiveStore(ports.databaseUrl);
  }

  get stats(): FlusherStats {
    return this.#stats;
  }

  start(): void {
    this.#schedule(this.#ports.flushIntervalMs);
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.flushNow().then(
        () => this.#schedule(this.#nextDelay()),
        () => this.#schedule(this.#nextDelay()),
      );
    }, delayMs);
  }

  #nextDelay(): number {
    const { flushIntervalMs } = this.#ports;
    if (this.#failuresInARow === 0) return flushIntervalMs;
    // The first try after a failure comes soon: a restart of Postgres takes seconds.
    return Math.min(
      BACKOFF_MAX_MS,
      Math.min(flushIntervalMs, 1000) * 2 ** Math.min(this.#failuresInARow - 1, 5),
    );
  }

  /** One pass at a time: who asks during a pass gets that pass's end. */
  flushNow(): Promise<FlushPass> {
    this.#pass ??= this.#run().finally(() => {
      this.#pass = null;
    });
    return this.#pass;
  }

  async #run(): Promise<FlushPass> {
    let rows = 0;
    try {
      await this.#prepare();
      for (const led of [...this.#ports.ledGroups()]) rows += await this.#flushGroup(led);
    } catch (error) {
      this.#stats.failures += 1;
      this.#failuresInARow += 1;
      this.#stats.databaseUp = false;
      this.#stats.lastError = oneLine(error);
      return { status: 'unavailable', error: this.#stats.lastError };
    }
    this.#failuresInARow = 0;
    this.#stats.passes += 1;
    this.#stats.databaseUp = true;
    this.#stats.lastError = null;
    this.#stats.lastSuccessAtMs = this.#ports.wallClockMs();
    return { status: 'flushed', rows };
  }

  /** The tables first: an empty database is as good as one that was migrated by hand. */
  async #prepare(): Promise<void> {
    if (!this.#isMigrated) await migrate(this.#ports.databaseUrl);
    else await this.archive.ping();
    this.#isMigrated = true;
  }

  async #flushGroup(led: LedGroup): Promise<number> {
    let rows = 0;
    for (let batches = 0; batches < BATCHES_PER_GROUP_MAX && !this.#stopped; batches += 1) {
      const batch = takeBatch(led, this.#conflicted);
      if (batch.sessions.length === 0) break;
      for (const conflict of await this.archive.writeMessages(batch.messages)) {
        this.#conflicted.add(conflict.sessionId);
        this.#stats.conflictedSessions = this.#conflicted.size;
        this.#ports.onConflict(conflict);
      }
      await this.archive.writeSessions(
        batch.sessions.filter(({ id }) => !this.#conflicted.has(id)),
      );
      rows += batch.messages.length;
      this.#stats.rowsFlushed += batch.messages.length;
      const outcome = await this.#ports.propose(led.group, {
        type: 'mark-flushed',
        watermarks: batch.watermarks.filter(({ sessionId }) => !this.#conflicted.has(sessionId)),
        timeMs: this.#ports.wallClockMs(),
      });
      // Without the watermark the same rows are written again, which changes nothing.
      if (outcome.status !== 'applied') break;
    }
    return rows;
  }

  async stop(graceMs: number): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const limit = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.race([this.flushNow(), limit]);
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await Promise.race([this.archive.close(), limit]);
  }
}
