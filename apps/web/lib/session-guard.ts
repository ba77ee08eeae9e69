/** Ids of revoked sessions that are remembered; the oldest is forgotten, and asked for again when its device returns. */
const REVOKED_MAX = 10_000;

export type SessionStanding = 'valid' | 'revoked' | 'unknown';

/**
 * Notices that a session was revoked. Sessions live in cookies, so that no page waits for Postgres; a device therefore
 * learns of its end when it asks for a token, and from then on every page of this process knows it.
 */
export class SessionGuard {
  #exists: (sessionId: string) => Promise<boolean>;
  #revoked = new Set<string>();

  /** `exists` rejects when the accounts can't be reached. */
  constructor(exists: (sessionId: string) => Promise<boolean>) {
    this.#exists = exists;
  }

  /** What is known here, without asking anybody. */
  isRevoked(sessionId: string): boolean {
    return this.#revoked.has(sessionId);
  }

  revoke(sessionId: string): void {
    this.#revoked.add(sessionId);
    if (this.#revoked.size <= REVOKED_MAX) return;
    const oldest = this.#revoked.keys().next();
    if (oldest.done === false) this.#revoked.delete(oldest.value);
  }

  /** Asks the accounts; `unknown`: they can't be reached, and whoever is signed in goes on. */
  async check(sessionId: string): Promise<SessionStanding> {
    if (this.isRevoked(sessionId)) return 'revoked';
    try {
      if (await this.#exists(sessionId)) return 'valid';
    } catch {
      return 'unknown';
    }
    this.revoke(sessionId);
    return 'revoked';
  }
}
