import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningPostgres, startEmbeddedPostgres } from '@fleetlm/database/embedded';
import { freePorts } from '@fleetlm/database/free-ports';
import pg from 'pg';
import type { TestCluster } from './cluster.ts';

/** A real Postgres for a test cluster, which can be taken away. */
export class TestArchive {
  readonly #directory: string;
  readonly #port: number;
  #postgres: RunningPostgres | null = null;

  private constructor(directory: string, port: number) {
    this.#directory = directory;
    this.#port = port;
  }

  static async start(): Promise<TestArchive> {
    const [port = 0] = await freePorts(1);
    const archive = new TestArchive(mkdtempSync(join(tmpdir(), 'fleetlm-archive-')), port);
    await archive.start();
    return archive;
  }

  get url(): string {
    return `postgresql://fleetlm:fleetlm@127.0.0.1:${this.#port}/fleetlm`;
  }

  async start(): Promise<void> {
    this.#postgres ??= await startEmbeddedPostgres({
      directory: this.#directory,
      port: this.#port,
    });
  }

  async stop(): Promise<void> {
    await this.#postgres?.stop();
    this.#postgres = null;
  }

  async sql(text: string, ...values: readonly unknown[]) {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Everything that was acknowledged before the call is in Postgres. */
export async function flushEverything(cluster: TestCluster): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const flushed = await Promise.all(
      [...cluster.nodes.keys()].map((id) => cluster.call(id, 'POST', '/api/admin/flush')),
    );
    const rows = flushed.map(({ status, body }) => (status === 202 ? Number(body.rows) : 1));
    if (rows.every((count) => count === 0)) return;
    if (performance.now() > deadline) throw new Error(`not flushed: ${JSON.stringify(flushed)}`);
  }
}
