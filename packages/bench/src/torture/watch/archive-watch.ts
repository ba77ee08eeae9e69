import * as z from 'zod';
import type { ArchivedSession, ArchiveFault } from '../checker/run-record.ts';
import { Column } from '../history/column.ts';
import { messageDigest } from '../history/digest.ts';
import type { PostgresServer } from '../rig/postgres-server.ts';
import { pause } from '../rig/wait-until.ts';

const EVERY_MS = 1_000;
/** Rows of one session that are taken in one look. */
const ROWS_MAX = 2_000;
/** A gap is found again with every look. */
const FAULTS_MAX = 10_000;
const rowShape = z.object({
  session_id: z.string(),
  seq: z.number(),
  id: z.string(),
  sender_id: z.string(),
  kind: z.string(),
  content: z.unknown(),
  metadata: z.unknown(),
});

const NEW_ROWS = `
  SELECT m.session_id, m.seq, m.id::text AS id, m.sender_id, m.kind, m.content, m.metadata
  FROM jsonb_to_recordset($1::jsonb) AS known(id text, seq int)
  CROSS JOIN LATERAL (
    SELECT * FROM messages WHERE session_id = known.id AND seq > known.seq ORDER BY seq LIMIT ${ROWS_MAX}
  ) AS m
  ORDER BY m.session_id, m.seq`;

const ALL_ROWS = `
  SELECT session_id, seq, id::text AS id, sender_id, kind, content, metadata
  FROM messages WHERE session_id = $1 ORDER BY seq`;

/** Looks into Postgres once a second: at any time it holds a prefix of each session, and rows never change. */
export class ArchiveWatch {
  readonly faults: ArchiveFault[] = [];
  looks = 0;
  failures = 0;
  readonly #postgres: PostgresServer;
  readonly #sessionIds: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #digests: readonly Column[];
  #running: Promise<void> | null = null;
  #stop = false;

  constructor(postgres: PostgresServer, sessionIds: readonly string[]) {
    this.#postgres = postgres;
    this.#sessionIds = sessionIds;
    this.#numbers = new Map(sessionIds.map((id, number) => [id, number]));
    this.#digests = sessionIds.map(() => new Column());
  }

  start(): void {
    this.#stop = false;
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop = true;
    await this.#running;
    this.#running = null;
  }

  /** The seq up to which Postgres is known to hold a session. */
  archivedSeq(session: number): number {
    return this.#digests[session]?.length ?? 0;
  }

  /** One look; throws when Postgres does not answer. */
  async look(): Promise<void> {
    const known = this.#sessionIds.map((id, session) => ({ id, seq: this.archivedSeq(session) }));
    const rows = await this.#postgres.database.query<unknown>(NEW_ROWS, JSON.stringify(known));
    this.looks += 1;
    for (const row of rows) this.#take(rowShape.parse(row));
  }

  /** Everything, read anew. */
  async readAll(): Promise<readonly ArchivedSession[]> {
    const sessions: ArchivedSession[] = [];
    for (const [session, id] of this.#sessionIds.entries()) {
      const rows = (await this.#postgres.database.query<unknown>(ALL_ROWS, id)).map((row) =>
        rowShape.parse(row),
      );
      const digests = rows.map(messageDigest);
      sessions.push({ seqs: rows.map(({ seq }) => seq), digests });
      this.#compare(session, digests);
    }
    return sessions;
  }

  #take(row: z.output<typeof rowShape>): void {
    const session = this.#numbers.get(row.session_id);
    const digests = session === undefined ? undefined : this.#digests[session];
    if (session === undefined || digests === undefined) return;
    if (row.seq === digests.length + 1) digests.push(messageDigest(row));
    else if (row.seq > digests.length)
      this.#fault(session, `seq ${row.seq} after seq ${digests.length}`);
  }

  #compare(session: number, now: readonly number[]): void {
    const before = this.#digests[session]?.view() ?? [];
    if (now.length < before.length)
      this.#fault(session, `${before.length} rows were there, now ${now.length}`);
    const changed = now.findIndex((digest, at) => at < before.length && digest !== before[at]);
    if (changed !== -1) this.#fault(session, `row ${changed + 1} has changed`);
  }

  #fault(session: number, detail: string): void {
    if (this.faults.length < FAULTS_MAX)
      this.faults.push({ session, atMs: performance.now(), detail });
  }

  async #run(): Promise<void> {
    while (!this.#stop) {
      if (this.#postgres.isUp)
        await this.look().catch(() => {
          this.failures += 1;
        });
      await pause(EVERY_MS);
    }
  }
}
