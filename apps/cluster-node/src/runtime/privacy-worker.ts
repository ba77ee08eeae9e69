import type { PrivacyRecord, PrivacyStore } from '../effects/records/index.ts';
import type { AgentRecord } from '../membership/agent-record.ts';
import { guarded, reportHandlerError } from '../telemetry/guarded.ts';
import type { Runtime, SessionView } from './runtime-api.ts';

/** How often a node looks for an operation that no node works at. */
const CLAIM_EVERY_MS = 2_000;
/** How often retention looks through the conversations of an agent. */
const RETENTION_EVERY_MS = 3_600_000;

const DAY_MS = 86_400_000;
const PAGE = 200;

export interface PrivacyWorkerPorts {
  readonly nodeId: string;
  readonly store: PrivacyStore;
  readonly runtime: Pick<Runtime, 'listSessions' | 'getSession' | 'eraseSession'>;
  readonly agents: () => Iterable<AgentRecord>;
  readonly wallClockMs: () => number;
}

/** An operation that goes on later, here or at another node. */
class InterruptedError extends Error {}

/** What was to be erased is on legal hold. */
class HeldError extends Error {}

/** Works at the erasures of users and at retention, one operation at a time; what this node leaves another one takes up. */
export class PrivacyWorker {
  readonly #ports: PrivacyWorkerPorts;
  #timer: NodeJS.Timeout | null = null;
  /** The hour of the retention that was begun last, by agent. */
  readonly #retained = new Map<string, number>();
  #isWorking = false;
  #stopped = false;

  constructor(ports: PrivacyWorkerPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#timer = setInterval(
      guarded('timer', () => {
        this.turn().catch((error: unknown) => reportHandlerError('timer', error));
      }),
      CLAIM_EVERY_MS,
    );
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Begins what retention has to do, and works at one operation to its end. */
  async turn(): Promise<void> {
    if (this.#isWorking || this.#stopped) return;
    this.#isWorking = true;
    try {
      await this.#beginRetention();
      const claimed = await this.#ports.store.claim(this.#ports.nodeId);
      if (claimed.ok && claimed.value !== null) await this.#work(claimed.value);
    } finally {
      this.#isWorking = false;
    }
  }

  /** One operation an hour for each agent that keeps conversations for a time only, whichever node begins it. */
  async #beginRetention(): Promise<void> {
    const { agents, store, wallClockMs } = this.#ports;
    const hour = Math.floor(wallClockMs() / RETENTION_EVERY_MS);
    for (const { id, retentionAgeDays, retentionIdleDays } of agents()) {
      if (retentionAgeDays === null && retentionIdleDays === null) continue;
      const record = { kind: 'retention', subject: id, requestedBy: 'retention' } as const;
      if (this.#retained.get(id) === hour) continue;
      const begun = await store.begin({ ...record, id: `retention:${id}:${hour}` });
      if (!begun.ok) return;
      this.#retained.set(id, hour);
      if (begun.value !== null) await store.pruneRetention(id);
    }
  }

  async #work(record: PrivacyRecord): Promise<void> {
    try {
      const detail = await this.#performed(record);
      await this.#end(record, 'done', detail);
    } catch (error) {
      if (error instanceof InterruptedError) return;
      if (error instanceof HeldError) {
        await this.#end(record, 'failed', error.message);
        return;
      }
      reportHandlerError('timer', error);
      await this.#end(record, 'failed', 'an internal error; see the log of the node');
    }
  }

  async #end(record: PrivacyRecord, state: 'done' | 'failed', detail: string): Promise<void> {
    await this.#ports.store.end(record.id, this.#ports.nodeId, { state, detail });
  }

  #performed(record: PrivacyRecord): Promise<string> {
    switch (record.kind) {
      case 'erase-user':
        return this.#eraseUser(record);
      case 'retention':
        return this.#retain(record);
      case 'export-user':
        return Promise.resolve('');
      default:
        return record.kind satisfies never;
    }
  }

  async #eraseUser(record: PrivacyRecord): Promise<string> {
    const { store } = this.#ports;
    const sessions = await this.#sessionsOf(record.subject);
    // Those that were erased before it was taken up here count, too.
    const total = record.done + sessions.length;
    let { done } = record;
    let held = 0;
    await this.#progress(record, { done, total });
    for (const { id } of sessions) {
      if (await this.#erase(id)) done += 1;
      else held += 1;
      await this.#progress(record, { done, total });
    }
    if (held > 0) throw new HeldError(`${held} conversations are on legal hold and were kept`);
    const forgotten = await store.forgetUser(record.subject);
    if (!forgotten.ok) throw new InterruptedError();
    return '';
  }

  async #retain(record: PrivacyRecord): Promise<string> {
    const { agents, store, wallClockMs } = this.#ports;
    const agent = [...agents()].find(({ id }) => id === record.subject);
    const before = (days: number | null): number | null =>
      days === null ? null : wallClockMs() - days * DAY_MS;
    const limits = {
      agentId: record.subject,
      createdBeforeMs: before(agent?.retentionAgeDays ?? null),
      changedBeforeMs: before(agent?.retentionIdleDays ?? null),
    };
    let { done } = record;
    let held = 0;
    let last = '';
    for (;;) {
      const page = await store.expired(limits, last, PAGE);
      if (!page.ok) throw new InterruptedError();
      for (const id of page.value) {
        const session = await this.#session(id);
        if (session !== null && isExpired(session, limits)) {
          if (await this.#erase(id)) done += 1;
          else held += 1;
        }
        await this.#progress(record, { done, total: done });
      }
      last = page.value.at(-1) ?? last;
      if (page.value.length < PAGE) break;
    }
    return held === 0 ? '' : `${held} conversations are on legal hold and were kept`;
  }

  /** All there are now. */
  async #sessionsOf(userId: string): Promise<readonly SessionView[]> {
    const sessions: SessionView[] = [];
    let before: string | null = null;
    do {
      const page: Awaited<ReturnType<Runtime['listSessions']>> =
        await this.#ports.runtime.listSessions({ userId, limit: PAGE, before });
      if (!page.ok) throw new InterruptedError();
      sessions.push(...page.value.sessions);
      before = page.value.next;
    } while (before !== null);
    return sessions;
  }

  /** Null: it is erased already. Postgres may be behind: what it calls idle may have gone on. */
  async #session(id: string): Promise<SessionView | null> {
    const session = await this.#ports.runtime.getSession(id);
    if (session.ok) return session.value;
    if (session.error.code === 'not_found') return null;
    throw new InterruptedError();
  }

  /** False: it is on legal hold. */
  async #erase(id: string): Promise<boolean> {
    if (this.#stopped) throw new InterruptedError();
    const erased = await this.#ports.runtime.eraseSession(id);
    if (erased.ok || erased.error.code === 'not_found') return true;
    if (erased.error.code === 'conflict') return false;
    throw new InterruptedError();
  }

  async #progress(
    { id }: PrivacyRecord,
    progress: Pick<PrivacyRecord, 'done' | 'total'>,
  ): Promise<void> {
    const kept = await this.#ports.store.progress(id, this.#ports.nodeId, progress);
    if (!kept.ok || kept.value === null) throw new InterruptedError();
  }
}

function isExpired(
  { insertedAtMs, updatedAtMs }: SessionView,
  limits: { readonly createdBeforeMs: number | null; readonly changedBeforeMs: number | null },
): boolean {
  return (
    insertedAtMs < (limits.createdBeforeMs ?? 0) || updatedAtMs < (limits.changedBeforeMs ?? 0)
  );
}
