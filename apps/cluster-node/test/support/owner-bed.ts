import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningPostgres, startEmbeddedPostgres } from '@fleetlm/database/embedded';
import { freePorts } from '@fleetlm/database/free-ports';
import type { DeliveriesAnswer, DeliveryBody } from '@fleetlm/protocol';
import { expect } from 'vitest';
import { TestCluster } from './cluster.ts';

/** No wait is for a fixed time, each is for a condition; a busy machine takes its while. */
export const SETTLE = { timeout: 30_000, interval: 50 };

/** Three nodes with a Postgres of their own that can be away for a while, as the owner of an agent sees them. */
export class OwnerBed {
  readonly cluster: TestCluster;
  readonly directory: string;
  readonly #port: number;
  #postgres: RunningPostgres;

  private constructor(
    cluster: TestCluster,
    postgres: RunningPostgres,
    directory: string,
    port: number,
  ) {
    this.cluster = cluster;
    this.#postgres = postgres;
    this.directory = directory;
    this.#port = port;
  }

  static async start(given: Readonly<Record<string, string>> = {}): Promise<OwnerBed> {
    const directory = mkdtempSync(join(tmpdir(), 'fleetlm-owners-'));
    const [port = 0] = await freePorts(1);
    const postgres = await startEmbeddedPostgres({ directory, port });
    // What the log needs must not flood it, at any level.
    const env = { DATABASE_URL: postgres.url, LOG_LEVEL: 'debug', ...given };
    try {
      const cluster = await TestCluster.start({ env });
      return new OwnerBed(cluster, postgres, directory, port);
    } catch (error) {
      await postgres.stop();
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.cluster.close();
    await this.#postgres.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Postgres is away until `run` has ended. */
  async withoutPostgres(run: () => Promise<void>): Promise<void> {
    await this.#postgres.stop();
    try {
      await run();
    } finally {
      this.#postgres = await startEmbeddedPostgres({
        directory: this.directory,
        port: this.#port,
      });
    }
  }

  async say(sessionId: string, userId: string, text: string): Promise<void> {
    const path = `/api/sessions/${sessionId}/messages`;
    const body = { user_id: userId, content: { text } };
    expect((await this.cluster.call('n1', 'POST', path, { body })).status).toBe(201);
  }

  async get<T>(path: string, node = 'n1'): Promise<T> {
    const { status, body } = await this.cluster.call(node, 'GET', path);
    expect({ path, status, body: status === 200 ? null : body }).toMatchObject({ status: 200 });
    return body as unknown as T;
  }

  deliveries(agentId: string, query = '', node = 'n1'): Promise<DeliveriesAnswer> {
    return this.get<DeliveriesAnswer>(`/api/agents/${agentId}/deliveries${query}`, node);
  }

  /** The agent's newest delivery, once it is in this state. */
  async settled(agentId: string, state: string, node = 'n1'): Promise<DeliveryBody> {
    const newest = async (): Promise<DeliveryBody | undefined> =>
      (await this.deliveries(agentId, '', node)).deliveries[0];
    await expect.poll(async () => (await newest())?.state, SETTLE).toBe(state);
    const delivery = await newest();
    if (delivery === undefined) throw new Error('there is no delivery');
    return delivery;
  }
}
