import type { DeliveryState } from '@fleetlm/protocol';
import { AttemptStats } from './attempt-stats.ts';
import type { DeadLetterGroup } from './dead-letters.ts';
import type { DeliveryPlace, RecordedAttempt } from './delivery-attempt.ts';
import { DeliveryLog } from './delivery-log.ts';
import { DeliveryStore, type StoredPage } from './delivery-store.ts';
import { DeliveryWriter } from './delivery-writer.ts';

const SWEEP_EVERY_MS = 3_600_000;
/** A reader does not wait longer for Postgres; the answer states that it is unreachable. */
const READ_LIMIT_MS = 2_000;

export interface DeliveryRecorderOptions {
  readonly nodeId: string;
  readonly databaseUrl: string;
  readonly wallClockMs: () => number;
  readonly agentIds: () => readonly string[];
  /** Postgres takes no deliveries any more (an error), or takes them again (null). */
  readonly onTurn: (error: unknown) => void;
  /** Postgres takes an attempt never, for what it holds; it is left out. */
  readonly onRefused: (error: unknown) => void;
  /** Something was asked for that Postgres did not answer. */
  readonly onReadError: (error: unknown) => void;
}

export interface DeliveryRecorderStats {
  readonly kept: number;
  readonly keptBytes: number;
  readonly unwritten: number;
  readonly written: number;
  readonly dropped: number;
  readonly failures: number;
}

/** The record of calls to agents: in this node's memory at once, and in Postgres a little later. */
export class DeliveryRecorder {
  readonly log: DeliveryLog;
  /** Of this node, since it started. */
  readonly attempts: AttemptStats;
  readonly #store: DeliveryStore;
  readonly #writer: DeliveryWriter;
  readonly #agentIds: () => readonly string[];
  readonly #onReadError: (error: unknown) => void;
  #sweeper: NodeJS.Timeout | null = null;

  constructor(options: DeliveryRecorderOptions) {
    this.#agentIds = options.agentIds;
    this.#onReadError = options.onReadError;
    this.attempts = new AttemptStats(options.wallClockMs());
    this.log = new DeliveryLog({
      nodeId: options.nodeId,
      onReported: (record) => this.attempts.attempted(record, options.wallClockMs()),
      onEnded: (record) => this.attempts.ended(record, options.wallClockMs()),
      onUnwritten: () => this.#writer.wake(),
    });
    this.#store = new DeliveryStore(options.databaseUrl, options.wallClockMs, options.onRefused);
    this.#writer = new DeliveryWriter({
      ring: this.log.ring,
      write: (records) => this.#store.write(records),
      onTurn: options.onTurn,
    });
  }

  get stats(): DeliveryRecorderStats {
    const { size, bytes, unwritten, dropped } = this.log.ring;
    return { kept: size, keptBytes: bytes, unwritten, dropped, ...this.#writer.stats };
  }

  start(): void {
    this.#sweeper = setInterval(() => {
      // While Postgres is away the next hour will do.
      this.#store.sweep(this.#agentIds()).catch(this.#onReadError);
    }, SWEEP_EVERY_MS);
    this.#sweeper.unref();
  }

  /** Writes what there is; resolves when it is written, could not be, or `limitMs` have passed. */
  flush(limitMs: number): Promise<void> {
    return within(this.#writer.flush(), limitMs, undefined);
  }

  /** Null: Postgres is away. */
  page(
    agentId: string,
    query: {
      readonly state: DeliveryState | null;
      /** Dead letters of this group only. */
      readonly deadGroup?: string | null;
      readonly after: DeliveryPlace | null;
      readonly limit: number;
    },
  ): Promise<StoredPage | null> {
    return this.#orNull(this.#store.page(agentId, query));
  }

  /** Null: Postgres is away. */
  delivery(
    agentId: string,
    sessionId: string,
    epoch: number,
  ): Promise<readonly RecordedAttempt[] | null> {
    return this.#orNull(this.#store.delivery(agentId, sessionId, epoch));
  }

  /** Null: Postgres is away. */
  deadLetterGroups(agentId: string): Promise<readonly DeadLetterGroup[] | null> {
    return this.#orNull(this.#store.deadLetterGroups(agentId));
  }

  /** What is asked for while Postgres is away is shown without it. */
  #orNull<T>(read: Promise<T>): Promise<T | null> {
    const answer = read.catch((error: unknown) => {
      this.#onReadError(error);
      return null;
    });
    return within<T | null>(answer, READ_LIMIT_MS, null);
  }

  async stop(graceMs: number): Promise<void> {
    if (this.#sweeper !== null) clearInterval(this.#sweeper);
    await within(this.#writer.stop(), graceMs, undefined);
    await within(this.#store.close(), graceMs, undefined);
  }
}

async function within<T>(promise: Promise<T>, limitMs: number, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
