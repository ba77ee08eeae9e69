import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  apply,
  type Command,
  createGroupState,
  type GroupState,
  type PageSize,
} from '@fleetlm/conversation';
import { type RunningPostgres, startEmbeddedPostgres } from '@fleetlm/database/embedded';
import { freePort } from '@fleetlm/database/free-ports';
import pg from 'pg';
import { FailedRuns } from '../../failed-runs.ts';
import { createFlusher } from '../flusher.ts';
import type { ArchiveGap, Flusher, FlusherPorts } from '../flusher-api.ts';
import type { Conflict } from '../isolate-poison.ts';

export const SESSION = '07-01J00000000000000000000000';
export const OTHER_SESSION = '07-01J00000000000000000000001';
export const GROUP = 7;
/** A page of so many messages, whatever their bytes. */
export const pageOf = (limit: number): PageSize => ({ limit, bytesMax: 2 ** 30, envelopeBytes: 0 });
const encoder = new TextEncoder();

/** A real Postgres and the state of one group, which is "replicated" by being applied at once. */
export class FlusherBed {
  readonly port: number;
  readonly #directory = mkdtempSync(join(tmpdir(), 'fleetlm-flusher-'));
  postgres: RunningPostgres | null = null;
  state: GroupState = createGroupState();
  readonly conflicts: Conflict[] = [];
  readonly gaps: ArchiveGap[] = [];
  readonly failures: unknown[] = [];
  readonly stale: string[] = [];
  readonly failedRuns = new FailedRuns(() => 5000);
  readonly #flushers: Flusher[] = [];
  readonly #performed: Command[] = [];
  #sent = 0;

  private constructor(port: number) {
    this.port = port;
  }

  static async open(): Promise<FlusherBed> {
    return new FlusherBed(await freePort());
  }

  get url(): string {
    return `postgresql://fleetlm:fleetlm@127.0.0.1:${this.port}/fleetlm`;
  }

  async startPostgres(): Promise<void> {
    this.postgres = await startEmbeddedPostgres({ directory: this.#directory, port: this.port });
  }

  async stopPostgres(): Promise<void> {
    await this.postgres?.stop();
    this.postgres = null;
  }

  /** A new group with one empty session, and nothing in the tables that are there. */
  async reset(): Promise<void> {
    await this.#stopFlushers();
    this.conflicts.length = 0;
    this.gaps.length = 0;
    this.failures.length = 0;
    this.stale.length = 0;
    const tables = await this.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    const names = tables.map(({ tablename }) => `"${tablename}"`);
    const kept = names.filter((name) => name !== '"_prisma_migrations"');
    if (kept.length > 0) await this.sql(`TRUNCATE ${kept.join(', ')}`);
    this.state = createGroupState();
    this.#performed.length = 0;
    this.create(SESSION);
  }

  create(sessionId: string, metadata = '{}'): void {
    this.perform({
      type: 'create-session',
      sessionId,
      userId: 'ann',
      agentId: 'bot',
      metadata: encoder.encode(metadata),
      timeMs: 1,
    });
  }

  say(text: string, sessionId = SESSION, message: { id?: string; content?: string } = {}): void {
    this.#sent += 1;
    const content = message.content ?? JSON.stringify({ text });
    this.perform({
      type: 'append-message',
      sessionId,
      sender: { type: 'user', id: 'ann' },
      clientMessageId: `c${this.#sent}`,
      message: {
        id: message.id ?? `01900000-0000-7000-8000-${String(this.#sent).padStart(12, '0')}`,
        kind: 'text',
        payload: encoder.encode(`{"content":${content},"metadata":{}}`),
        preview: text.slice(0, 20),
      },
      whileAnswering: 'queue',
      held: null,
      debounceMs: 500,
      timeMs: 1000 + this.#sent,
    });
  }

  sayMany(count: number, sessionId = SESSION): void {
    for (let number = 1; number <= count; number += 1) this.say(`hello ${number}`, sessionId);
  }

  perform(command: Command): void {
    const { reply } = apply(this.state, command);
    if (reply.type === 'refused') throw new Error(`${command.type}: ${reply.detail}`);
    this.#performed.push(command);
  }

  /** What the first `count` commands since the reset came to, none of it flushed. */
  replayed(count = this.#performed.length): GroupState {
    const state = createGroupState();
    for (const command of this.#performed.slice(0, count)) apply(state, command);
    return state;
  }

  flusher(options: Partial<FlusherPorts> = {}): Flusher {
    const flusher = createFlusher({
      clusterId: 'a-cluster',
      propose: async (_, command) => ({
        status: 'ok',
        value: apply(this.state, command).reply,
      }),
      ledGroups: () => [{ group: GROUP, term: 1, state: this.state }],
      wallClockMs: () => 5000,
      databaseUrl: this.url,
      flushIntervalMs: 5000,
      onFailure: (error) => this.failures.push(error),
      onConflict: (conflict) => this.conflicts.push({ ...conflict }),
      snapshots: null,
      eviction: null,
      onStale: (sessionId) => this.stale.push(sessionId),
      descriptor: () => '{}',
      failedRuns: this.failedRuns,
      onEventsRefused: (error) => this.failures.push(error),
      onGap: (gap) => this.gaps.push({ ...gap }),
      ...options,
    });
    this.#flushers.push(flusher);
    return flusher;
  }

  async sql(text: string, ...values: readonly unknown[]) {
    const client = new pg.Client({
      connectionString: this.url,
      // A test makes the database read-only, and has to be able to undo it.
      options: '-c default_transaction_read_only=off',
    });
    await client.connect();
    try {
      return (await client.query(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  /** Seqs of a session as the table has them. */
  async archived(sessionId = SESSION): Promise<readonly number[]> {
    const rows = await this.sql(
      'SELECT seq FROM messages WHERE session_id = $1 ORDER BY seq',
      sessionId,
    );
    return rows.map(({ seq }) => seq);
  }

  async #stopFlushers(): Promise<void> {
    for (const flusher of this.#flushers.splice(0)) await flusher.stop(2_000);
  }

  async close(): Promise<void> {
    await this.#stopFlushers();
    await this.stopPostgres();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

export function upTo(last: number, first = 1): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
