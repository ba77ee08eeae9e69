import type { Inbox } from '../state.ts';
import { type ColdHandle, type ColdSessions, NO_HANDLE } from './cold-sessions.ts';
import { SessionRecord } from './session-record.ts';

/**
 * An inbox as `apply` changes it: a list through the sessions themselves, so a message moves one in constant time, and
 * beside it one through the heads of those that have left memory. Both have the newest activity first.
 */
export class InboxRecord implements Inbox {
  readonly userId: string;
  version = 0;
  /** Sessions in both lists, and the bytes of their metadata: derived, the same on every replica. */
  #size = 0;
  #metadataBytes = 0;
  readonly #cold: ColdSessions;
  #newest: SessionRecord | null = null;
  #newestCold: ColdHandle = NO_HANDLE;

  constructor(userId: string, cold: ColdSessions) {
    this.userId = userId;
    this.#cold = cold;
  }

  get size(): number {
    return this.#size;
  }

  get metadataBytes(): number {
    return this.#metadataBytes;
  }

  /** A session in here gets other metadata. */
  metadataChanged(bytesBefore: number, bytesAfter: number): void {
    this.#metadataBytes += bytesAfter - bytesBefore;
  }

  get sessionIds(): readonly string[] {
    const ids: string[] = [];
    for (const entry of this.newestFirst())
      ids.push(entry instanceof SessionRecord ? entry.id : this.#cold.read(entry).head.id);
    return ids;
  }

  /** Sessions in memory, and handles of those that are not. */
  *newestFirst(): Generator<SessionRecord | ColdHandle> {
    let session = this.#newest;
    let handle = this.#newestCold;
    while (session !== null || handle !== NO_HANDLE) {
      if (
        session !== null &&
        (handle === NO_HANDLE || session.activity > this.#cold.activityOf(handle))
      ) {
        yield session;
        session = SessionRecord.internals(session).older;
      } else {
        yield handle;
        handle = this.#cold.linkOf(handle);
      }
    }
  }

  *hotNewestFirst(): Generator<SessionRecord> {
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
    if (!this.has(session)) this.#count(1, session.metadata.length);
    this.#unlink(session);
    this.#linkBefore(session, this.#newest, null);
  }

  /** Puts a session that comes back to memory where its activity belongs. */
  insert(session: SessionRecord): void {
    this.#count(1, session.metadata.length);
    let newer: SessionRecord | null = null;
    let older = this.#newest;
    while (older !== null && older.activity > session.activity) {
      newer = older;
      older = SessionRecord.internals(older).older;
    }
    this.#linkBefore(session, older, newer);
  }

  remove(session: SessionRecord): void {
    if (this.has(session)) this.#count(-1, -session.metadata.length);
    if (this.#newest === session) this.#newest = SessionRecord.internals(session).older;
    this.#unlink(session);
  }

  insertCold(handle: ColdHandle): void {
    this.#count(1, this.#cold.metadataBytesOf(handle));
    const activity = this.#cold.activityOf(handle);
    let newer = NO_HANDLE;
    let older = this.#newestCold;
    while (older !== NO_HANDLE && this.#cold.activityOf(older) > activity) {
      newer = older;
      older = this.#cold.linkOf(older);
    }
    this.#cold.setLink(handle, older);
    if (newer === NO_HANDLE) this.#newestCold = handle;
    else this.#cold.setLink(newer, handle);
  }

  removeCold(handle: ColdHandle): void {
    this.#count(-1, -this.#cold.metadataBytesOf(handle));
    const older = this.#cold.linkOf(handle);
    if (this.#newestCold === handle) {
      this.#newestCold = older;
      return;
    }
    let newer = this.#newestCold;
    while (newer !== NO_HANDLE && this.#cold.linkOf(newer) !== handle)
      newer = this.#cold.linkOf(newer);
    if (newer !== NO_HANDLE) this.#cold.setLink(newer, older);
  }

  #count(sessions: number, metadataBytes: number): void {
    this.#size += sessions;
    this.#metadataBytes += metadataBytes;
  }

  #unlink(session: SessionRecord): void {
    const links = SessionRecord.internals(session);
    if (links.newer !== null) SessionRecord.internals(links.newer).older = links.older;
    if (links.older !== null) SessionRecord.internals(links.older).newer = links.newer;
    links.newer = null;
    links.older = null;
  }

  #linkBefore(
    session: SessionRecord,
    older: SessionRecord | null,
    newer: SessionRecord | null,
  ): void {
    const links = SessionRecord.internals(session);
    links.newer = newer;
    links.older = older;
    if (older !== null) SessionRecord.internals(older).newer = session;
    if (newer === null) this.#newest = session;
    else SessionRecord.internals(newer).older = session;
  }
}
