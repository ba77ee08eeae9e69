import { type GroupRecord, groupRecordOf } from '../group-record.ts';
import { compareText } from '../order.ts';
import type { SessionRecord } from '../session/session-record.ts';
import type { GroupState } from '../state.ts';
import { type SessionSnapshot, sessionSnapshot } from './session-snapshot.ts';

/** The version of a group's snapshot and of a session's archived state. Raised in two releases, like COMMAND_VERSION. */
export const SNAPSHOT_VERSION = 1;

export interface InboxSnapshot {
  readonly userId: string;
  readonly version: number;
  /** Of sessions in memory, newest activity first. */
  readonly sessionIds: readonly string[];
}

/** The whole state of a group as plain objects, lists, strings, numbers, nulls and bytes. */
export interface GroupSnapshot {
  readonly version: typeof SNAPSHOT_VERSION;
  /** Those in memory, by id. */
  readonly sessions: readonly SessionSnapshot[];
  /** By user id. */
  readonly inboxes: readonly InboxSnapshot[];
  /** Heads of the sessions that have left memory, by id, as packed records. */
  readonly cold: Uint8Array;
  /** Session ids that the flusher has to look at, in its order. */
  readonly flushOrder: readonly string[];
  readonly archiveMark: number;
}

/**
 * The state as it is now; later commands don't change what is returned. Message bytes are views, not copies, so
 * exporting costs little however much the group holds. Plain objects, numbers, strings and Uint8Arrays: any codec that
 * keeps bytes carries it.
 *
 * @example
 * const bytes = packr.pack(exportState(state));
 * stateDigest(importState(unpack(bytes))) === stateDigest(state); // true
 */
export function exportState(state: GroupState): GroupSnapshot {
  const group: GroupRecord = groupRecordOf(state);
  const byId = (a: SessionRecord, b: SessionRecord): number => compareText(a.id, b.id);
  const sessions = [...group.sessions.values()]
    .sort(byId)
    .map((session) => sessionSnapshot(session));
  const inboxes = [...group.inboxes.values()]
    .sort((a, b) => compareText(a.userId, b.userId))
    .map((inbox) => ({
      userId: inbox.userId,
      version: inbox.version,
      sessionIds: Array.from(inbox.hotNewestFirst(), ({ id }) => id),
    }));
  const flushOrder: string[] = [];
  for (const session of group.dirty) flushOrder.push(session.id);
  return {
    version: SNAPSHOT_VERSION,
    sessions,
    inboxes,
    cold: coldRecords(group),
    flushOrder,
    archiveMark: group.archiveMark,
  };
}

function coldRecords({ cold }: GroupRecord): Uint8Array {
  const records: { readonly id: string; readonly bytes: Uint8Array }[] = [];
  let length = 0;
  for (const handle of cold.handles()) {
    const bytes = cold.record(handle);
    records.push({ id: cold.read(handle).head.id, bytes });
    length += bytes.length;
  }
  records.sort((a, b) => compareText(a.id, b.id));
  const all = new Uint8Array(length);
  let at = 0;
  for (const { bytes } of records) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return all;
}
