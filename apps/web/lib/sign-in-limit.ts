/** Tries to sign in per account and minute; more are refused without looking at the password. */
export const SIGN_IN_TRIES_MAX = 10;
const WINDOW_MS = 60_000;
/** Accounts that are counted; when more are tried at once the oldest count is forgotten. */
const COUNTED_ACCOUNTS_MAX = 10_000;

interface Count {
  readonly sinceMs: number;
  readonly tries: number;
}

/** Slows down the guessing of one account's password, in this process. */
export class SignInLimit {
  #counts = new Map<string, Count>();

  /** Counts a try; false: too many within the minute. */
  allow(account: string, nowMs: number): boolean {
    const key = account.trim().toLowerCase();
    const before = this.#counts.get(key);
    const isRunning = before !== undefined && nowMs - before.sinceMs < WINDOW_MS;
    const count = isRunning
      ? { sinceMs: before.sinceMs, tries: before.tries + 1 }
      : { sinceMs: nowMs, tries: 1 };
    this.#counts.delete(key);
    this.#counts.set(key, count);
    if (this.#counts.size > COUNTED_ACCOUNTS_MAX) {
      const oldest = this.#counts.keys().next();
      if (oldest.done === false) this.#counts.delete(oldest.value);
    }
    return count.tries <= SIGN_IN_TRIES_MAX;
  }

  /** A right password: the count begins anew. */
  succeeded(account: string): void {
    this.#counts.delete(account.trim().toLowerCase());
  }
}
