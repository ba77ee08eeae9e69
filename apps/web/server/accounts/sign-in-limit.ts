import 'server-only';
import {
  SIGN_IN_COUNTS_MAX,
  SIGN_IN_WINDOW_MS,
  SIGN_INS_PER_ACCOUNT_MAX,
  SIGN_INS_PER_ADDRESS_MAX,
  SIGN_INS_PER_PAIR_MAX,
} from '../../common/limits.ts';

export interface SignInAttempt {
  readonly account: string;
  /** Where it comes from. */
  readonly address: string;
  /** A browser in which this account signed in before. */
  readonly isKnownDevice: boolean;
}

interface Count {
  readonly sinceMs: number;
  readonly attempts: number;
}

/**
 * Throttles guessing: of one account's password from one address, of any password from one address (spraying), and of one
 * account's password from many addresses. Attempts of strangers do not count against a device that the account is known to
 * use, so guessing at a name can't lock its owner out. In this process.
 */
export class SignInLimit {
  readonly #counts = new Map<string, Count>();

  /** Counts an attempt; false: too many within the window. */
  allow({ account, address, isKnownDevice }: SignInAttempt, nowMs: number): boolean {
    const name = nameOf(account);
    // The mark of a known device can't be made up, so no other client uses up its attempts.
    if (isKnownDevice) return this.#count(knownOf(name), nowMs) <= SIGN_INS_PER_PAIR_MAX;
    // All are counted, also after a refusal: who goes on guessing goes on waiting.
    const byAddress = this.#count(`address ${address}`, nowMs) <= SIGN_INS_PER_ADDRESS_MAX;
    const byPair = this.#count(pairOf(name, address), nowMs) <= SIGN_INS_PER_PAIR_MAX;
    if (!byAddress || !byPair) return false;
    return this.#count(`account ${name}`, nowMs) <= SIGN_INS_PER_ACCOUNT_MAX;
  }

  /** A right password: this account from this address begins anew. The address does not: its other guesses may be wrong. */
  succeeded({ account, address }: SignInAttempt): void {
    const name = nameOf(account);
    this.#counts.delete(pairOf(name, address));
    this.#counts.delete(knownOf(name));
  }

  #count(key: string, nowMs: number): number {
    const before = this.#counts.get(key);
    const isRunning = before !== undefined && nowMs - before.sinceMs < SIGN_IN_WINDOW_MS;
    const count = isRunning
      ? { sinceMs: before.sinceMs, attempts: before.attempts + 1 }
      : { sinceMs: nowMs, attempts: 1 };
    this.#counts.delete(key);
    this.#counts.set(key, count);
    if (this.#counts.size > SIGN_IN_COUNTS_MAX) {
      const oldest = this.#counts.keys().next();
      if (oldest.done === false) this.#counts.delete(oldest.value);
    }
    return count.attempts;
  }
}

function nameOf(account: string): string {
  return account.trim().toLowerCase();
}

function knownOf(name: string): string {
  return `known ${name}`;
}

function pairOf(name: string, address: string): string {
  return `pair ${address} ${name}`;
}
