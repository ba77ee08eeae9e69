import { SessionRecord } from './session-record.ts';
import type { Inbox } from './state.ts';

/** An inbox as `apply` changes it: a list through the sessions themselves, so a message moves one in constant time. */
export class InboxRecord implements Inbox {
  readonly userId: string;
  version = 0;
  #newest: SessionRecord | null = null;

  constructor(userId: string) {
    this.userId = userId;
  }

  get sessionIds(): readonly string[] {
    const ids: string[] = [];
    for (const session of this.newestFirst()) ids.push(session.id);
    return ids;
  }

  *newestFirst(): Generator<SessionRecord> {
    let session = this.#newest;
    while (session !== null) {
      yield session;
      session = SessionRecord.internals(session).older;
    }
  }

  has(session: SessionRecord): boolean {
    return this.#newest === session || SessionRecord.internals(session).newer !== null;
  }

  /** Puts the session, new or already here, in front. */
  moveToFront(session: SessionRecord): void {
    if (this.#newest === session) return;
    const links = SessionRecord.internals(session);
    if (links.newer !== null) SessionRecord.internals(links.newer).older = links.older;
    if (links.older !== null) SessionRecord.internals(links.older).newer = links.newer;
    links.newer = null;
    links.older = this.#newest;
    if (this.#newest !== null) SessionRecord.internals(this.#newest).newer = session;
    this.#newest = session;
  }
}
