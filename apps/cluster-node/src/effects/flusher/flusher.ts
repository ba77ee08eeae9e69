import { setTimeout as pause } from 'node:timers/promises';
import { findHead, type Message, type SessionHead } from '@fleetlm/conversation';
import { failureOf, failureSummary, migrate } from '@fleetlm/database';
import { doubledMs, groupOfSession } from '@fleetlm/protocol';
import { inComponent } from '../../telemetry/component-turns.ts';
import { FAILED_RUNS_KEPT_MS } from '../failed-runs.ts';
import type { LedGroup } from '../ports.ts';
import { ArchiveReads } from './archive-reads.ts';
import { repairArchive } from './archive-repair.ts';
import { ArchiveWrites } from './archive-writes.ts';
import { eventRows } from './event-rows.ts';
import { Evictor } from './evictor.ts';
import {
  BATCH_BYTES_MAX,
  BATCH_ROWS_MAX,
  BATCH_ROWS_MIN,
  type FlushBatch,
  type GroupShare,
  takeBatch,
} from './flush-batch.ts';
import type { Flusher, FlusherPorts, FlusherStats, FlushPass } from './flusher-api.ts';
import { type Hydration, Hydrator } from './hydrator.ts';
import type { Conflict } from './isolate-poison.ts';
import { SnapshotArchive } from './snapshot-archive.ts';

/** While Postgres is away it is asked again after 1, 2, 4 ... times the interval, at most this long. */
const BACKOFF_MAX_MS = 30_000;
const DOUBLINGS_MAX = 5;
/** Batches that one group may have a share of in one pass: its long backlog lets the others have their turn. */
const SHARES_PER_GROUP_MAX = 4;
const STATEMENT_LIMIT_MS = 10_000;
/** Between two batches of a backlog the flusher rests as long as the last one took, at most this long: appends go first. */
const REST_MAX_MS = 500;

export function createFlusher(ports: FlusherPorts): Flusher {
  return new PostgresFlusher(ports);
}

class PostgresFlusher implements Flusher {
  readonly #ports: FlusherPorts;
  readonly archive: ArchiveReads;
  readonly #writes: ArchiveWrites;
  readonly #snapshots: SnapshotArchive | null;
  readonly #evictor: Evictor | null;
  readonly #hydrator: Hydrator;
  readonly #conflicted = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #pass: Promise<FlushPass> | null = null;
  #nextPass: Promise<FlushPass> | null = null;
  #stopped = false;
  #isMigrated = false;
  #describedAs = '';
  #failuresInARow = 0;
  #stats: { -readonly [K in keyof FlusherStats]: FlusherStats[K] } = {
    rowsFlushed: 0,
    passes: 0,
    failures: 0,
    lastSuccessAtMs: null,
    lastError: null,
    databaseUp: false,
    conflictedSessions: 0,
    gaps: 0,
    sessionsEvicted: 0,
    sessionsHydrated: 0,
    batchRowsMax: BATCH_ROWS_MAX,
  };

  constructor(ports: FlusherPorts) {
    this.#ports = ports;
    this.archive = new ArchiveReads(ports.databaseUrl, ports.onFailure);
    this.#writes = new ArchiveWrites(
      ports.databaseUrl,
      ports.statementLimitMs ?? STATEMENT_LIMIT_MS,
    );
    const { snapshots, eviction, clusterId, wallClockMs } = ports;
    this.#evictor = eviction === null ? null : new Evictor({ ...eviction, ...ports });
    this.#hydrator = new Hydrator(ports, this.archive);
    this.#snapshots =
      snapshots === null
        ? null
        : new SnapshotArchive(snapshots, {
            clusterId,
            wallClockMs,
            onRefused: (error) => {
              this.#stats.failures += 1;
              ports.onFailure(error);
            },
          });
  }

  get stats(): FlusherStats {
    this.#stats.sessionsEvicted = this.#evictor?.evicted ?? 0;
    this.#stats.sessionsHydrated = this.#hydrator.hydrated;
    this.#stats.conflictedSessions = this.#conflicted.size + (this.#evictor?.refused ?? 0);
    return this.#stats;
  }

  hydrate(group: number, sessionId: string): Promise<Hydration> {
    return this.#hydrator.hydrate(group, sessionId);
  }

  snapshotSaved(group: number): void {
    this.#snapshots?.saved(group);
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
    return doubledMs(
      Math.min(this.#failuresInARow - 1, DOUBLINGS_MAX),
      Math.min(flushIntervalMs, 1000),
      BACKOFF_MAX_MS,
    );
  }

  /** One pass at a time. Who asks during a pass gets the end of the next one, which takes all that is there by now. */
  flushNow(): Promise<FlushPass> {
    if (this.#pass !== null) {
      this.#nextPass ??= this.#pass.then(() => {
        this.#nextPass = null;
        return this.#begin();
      });
      return this.#nextPass;
    }
    return this.#begin();
  }

  #begin(): Promise<FlushPass> {
    this.#pass = this.#run().finally(() => {
      this.#pass = null;
    });
    return this.#pass;
  }

  async #run(): Promise<FlushPass> {
    let rows = 0;
    try {
      const groups = [...this.#ports.ledGroups()];
      await this.#prepare(groups);
      rows = await this.#flush(groups);
      await this.#appendFailures(groups);
      await this.#evictor?.pass(groups, this.#writes, () => this.#stopped);
      await this.#snapshots?.pass(this.#writes, () => this.#stopped);
    } catch (error) {
      await this.#failed(error);
      return { status: 'unavailable', error: failureSummary(error) };
    }
    this.#failuresInARow = 0;
    this.#stats.passes += 1;
    this.#stats.databaseUp = true;
    this.#stats.lastError = null;
    this.#stats.lastSuccessAtMs = this.#ports.wallClockMs();
    this.#stats.batchRowsMax = Math.min(BATCH_ROWS_MAX, this.#stats.batchRowsMax * 2);
    return { status: 'flushed', rows };
  }

  async #failed(error: unknown): Promise<void> {
    this.#stats.failures += 1;
    this.#failuresInARow += 1;
    this.#stats.databaseUp = false;
    this.#stats.lastError = failureSummary(error);
    this.#ports.onFailure(error);
    const failure = failureOf(error);
    switch (failure) {
      case 'slow':
        this.#stats.batchRowsMax = Math.max(BATCH_ROWS_MIN, this.#stats.batchRowsMax >> 1);
        return;
      case 'schema':
        this.#isMigrated = false;
        this.#describedAs = '';
        return;
      case 'unavailable':
      case 'suspect':
        if (!this.#stopped) await this.#writes.reconnect();
        return;
      case 'data':
      case 'conflict':
        return;
      default:
        failure satisfies never;
    }
  }

  /** The tables first: an empty database is as good as one that was migrated by hand. Then, whether it has forgotten. */
  async #prepare(groups: readonly LedGroup[]): Promise<void> {
    // Before Postgres is asked: a mark is there before the group knows of it.
    const known = groups.map((led) => ({ led, mark: led.state.archiveMark }));
    if (!this.#isMigrated) await migrate(this.#ports.databaseUrl);
    this.#isMigrated = true;
    const { clusterId, descriptor, wallClockMs } = this.#ports;
    if (this.#describedAs !== descriptor()) {
      await this.#writes.writeCluster(clusterId, descriptor(), wallClockMs());
      this.#describedAs = descriptor();
    }
    const marks = await this.#writes.marks(clusterId);
    for (const { led, mark } of known) {
      if ((marks.get(led.group) ?? 0) >= mark) continue;
      const { conflicts, gaps } = await repairArchive(led, this.#writes);
      this.#noteConflicts(conflicts);
      for (const gap of gaps) this.#ports.onGap(gap);
      this.#stats.gaps += gaps.length;
      await this.#writes.raiseMarks(clusterId, new Map([[led.group, mark]]));
    }
  }

  async #flush(groups: readonly LedGroup[]): Promise<number> {
    let rows = 0;
    let turn: readonly LedGroup[] = groups;
    for (let round = 0; round < SHARES_PER_GROUP_MAX && turn.length > 0; round += 1) {
      const next: LedGroup[] = [];
      while (turn.length > 0 && !this.#stopped) {
        const startedAt = performance.now();
        const limits = { rows: this.#stats.batchRowsMax, bytes: BATCH_BYTES_MAX };
        const from = turn;
        const batch = inComponent('flusher', () => takeBatch(from, this.#conflicted, limits));
        if (batch.shares.length === 0) break;
        const applied = await this.#write(batch);
        rows += batch.messages.length;
        const lastShare = batch.shares.at(-1);
        turn = lastShare === undefined ? [] : turn.slice(turn.indexOf(lastShare.led) + 1);
        // A group whose watermark was refused is left for the next pass: the same rows again change nothing.
        next.push(...applied.filter(({ isCut }) => isCut).map(({ led }) => led));
        if (turn.length + next.length > 0)
          await pause(Math.min(REST_MAX_MS, performance.now() - startedAt));
      }
      turn = next;
    }
    return rows;
  }

  /** Rows, then the marks, then the watermarks: what a watermark says is on Postgres' disk before it is proposed. */
  async #write({ messages, sessions, shares }: FlushBatch): Promise<readonly GroupShare[]> {
    const users = new Map(sessions.map(({ id, userId }) => [id, userId]));
    this.#noteConflicts(await this.#writes.writeMessages(messages, users));
    const taken = sessions.filter(({ id }) => !this.#conflicted.has(id));
    await this.#appendEvents(taken, messages);
    this.#noteConflicts(await this.#writes.writeSessions(taken));
    const marks = new Map(shares.map(({ led }) => [led.group, led.state.archiveMark + 1]));
    await this.#writes.raiseMarks(this.#ports.clusterId, marks);
    this.#stats.rowsFlushed += messages.length;
    const proposed = await Promise.all(
      shares.map(async (share) => {
        const { led, watermarks } = share;
        const outcome = await this.#ports.propose(led.group, {
          type: 'mark-flushed',
          mark: marks.get(led.group) ?? 0,
          watermarks: watermarks.filter(({ sessionId }) => !this.#conflicted.has(sessionId)),
          timeMs: this.#ports.wallClockMs(),
        });
        return outcome.status === 'ok' ? [share] : [];
      }),
    );
    return proposed.flat();
  }

  async #appendEvents(
    sessions: readonly SessionHead[],
    messages: readonly Message[],
  ): Promise<void> {
    const { failedRuns, onEventsRefused, wallClockMs } = this.#ports;
    const ids = new Set(sessions.map(({ id }) => id));
    const failures = failedRuns.pending((sessionId) => ids.has(sessionId));
    const rows = inComponent('flusher', () =>
      eventRows(sessions, messages, failures, wallClockMs()),
    );
    await this.#writes.appendEvents(rows, onEventsRefused);
    failedRuns.written(failures);
  }

  /** Of sessions that had nothing else to be flushed. */
  async #appendFailures(groups: readonly LedGroup[]): Promise<void> {
    const { failedRuns, wallClockMs } = this.#ports;
    const states = new Map(groups.map(({ group, state }) => [group, state]));
    const stateOf = (sessionId: string) => states.get(groupOfSession(sessionId) ?? -1);
    const failures = failedRuns.pending((sessionId) => stateOf(sessionId) !== undefined);
    if (failures.length === 0) return;
    const oldestMs = wallClockMs() - FAILED_RUNS_KEPT_MS;
    const sessions = new Map<string, SessionHead>();
    for (const { sessionId } of failures) {
      const state = stateOf(sessionId);
      const head = state === undefined ? null : findHead(state, sessionId);
      // A log that is replayed at a start brings failures that were events long ago.
      if (head === null || head.status === 'erased' || head.updatedAtMs < oldestMs) continue;
      if (!this.#conflicted.has(sessionId)) sessions.set(sessionId, head);
    }
    await this.#appendEvents([...sessions.values()], []);
    failedRuns.written(failures);
  }

  #noteConflicts(conflicts: readonly Conflict[]): void {
    for (const conflict of conflicts) {
      if (this.#conflicted.has(conflict.sessionId)) continue;
      this.#conflicted.add(conflict.sessionId);
      this.#ports.onConflict(conflict);
    }
  }

  async stop(graceMs: number): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const limit = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.race([this.flushNow(), limit]);
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await Promise.race([Promise.all([this.archive.close(), this.#writes.close()]), limit]);
  }
}
