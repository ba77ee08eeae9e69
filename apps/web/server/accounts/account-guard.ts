import 'server-only';
import {
  ACCOUNT_READ_TIMEOUT_MS,
  ACCOUNT_READS_MAX,
  ACCOUNT_RETRY_MS,
  ROLE_FRESH_MS,
  SESSIONS_REMEMBERED_MAX,
} from '../../common/limits.ts';
import type { Person } from '../../common/person.ts';

interface Confirmation {
  readonly account: Person;
  /** When the read began: what Postgres said is at most this old. */
  readonly atMs: number;
}

export type Standing =
  | { readonly kind: 'confirmed'; readonly account: Person }
  | { readonly kind: 'revoked' }
  /** Postgres did not answer. `last` is what it confirmed last to this process. */
  | { readonly kind: 'unconfirmed'; readonly last: Confirmation | null };

export interface AccountGuardOptions {
  /** Null: the session or its account does not exist. Rejects while Postgres is unreachable. */
  readonly read: (sessionId: string) => Promise<Person | null>;
  readonly nowMs: () => number;
}

/**
 * Knows what the account behind a session's cookie may do. The cookie says who signed in and nothing about rights: those are read
 * from Postgres and cached for ROLE_FRESH_MS, so a change made anywhere takes effect in every process within that time.
 */
export class AccountGuard {
  readonly #options: AccountGuardOptions;
  readonly #confirmed = new Map<string, Confirmation>();
  readonly #revoked = new Set<string>();
  readonly #reads = new Map<string, Promise<Standing>>();
  /** Until then Postgres is taken to be unreachable; 0: it answered last time. */
  #unreachableUntilMs = 0;

  constructor(options: AccountGuardOptions) {
    this.#options = options;
  }

  /** The session was ended by this process. */
  revoke(sessionId: string): void {
    this.#confirmed.delete(sessionId);
    this.#revoked.add(sessionId);
    trim(this.#revoked);
  }

  /** Never rejects, and waits for Postgres at most ACCOUNT_READ_TIMEOUT_MS. */
  async check(sessionId: string): Promise<Standing> {
    if (this.#revoked.has(sessionId)) return { kind: 'revoked' };
    const nowMs = this.#options.nowMs();
    const last = this.#confirmed.get(sessionId) ?? null;
    if (last !== null && nowMs - last.atMs < ROLE_FRESH_MS)
      return { kind: 'confirmed', account: last.account };
    const pending = this.#reads.get(sessionId);
    if (pending !== undefined) return pending;
    if (nowMs < this.#unreachableUntilMs || this.#reads.size >= ACCOUNT_READS_MAX)
      return { kind: 'unconfirmed', last };
    // One request probes an unreachable Postgres; the others do not wait for it.
    if (this.#unreachableUntilMs > 0) this.#unreachableUntilMs = nowMs + ACCOUNT_RETRY_MS;
    const read = this.#read(sessionId, nowMs).finally(() => this.#reads.delete(sessionId));
    this.#reads.set(sessionId, read);
    return read;
  }

  async #read(sessionId: string, startedAtMs: number): Promise<Standing> {
    let account: Person | null;
    try {
      account = await withTimeout(this.#options.read(sessionId), ACCOUNT_READ_TIMEOUT_MS);
    } catch {
      this.#unreachableUntilMs = this.#options.nowMs() + ACCOUNT_RETRY_MS;
      return { kind: 'unconfirmed', last: this.#confirmed.get(sessionId) ?? null };
    }
    this.#unreachableUntilMs = 0;
    if (account === null) this.revoke(sessionId);
    // Revoked while it was being read: the answer is older than that.
    if (account === null || this.#revoked.has(sessionId)) return { kind: 'revoked' };
    this.#confirmed.delete(sessionId);
    this.#confirmed.set(sessionId, { account, atMs: startedAtMs });
    trim(this.#confirmed);
    return { kind: 'confirmed', account };
  }
}

/** Drops the entry that was added first when there are too many. */
function trim(entries: Map<string, unknown> | Set<string>): void {
  if (entries.size <= SESSIONS_REMEMBERED_MAX) return;
  const oldest = entries.keys().next();
  if (oldest.done === false) entries.delete(oldest.value);
}

async function withTimeout<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the accounts did not answer in time')), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
