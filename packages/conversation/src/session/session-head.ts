import type { Session } from '../state.ts';

/** A session without its messages: a copy that later commands do not change. */
export type SessionHead = Omit<Session, 'tail'>;

/** Where a field of a head is kept or shown beside the memory of a replica. */
type HeadPlace =
  /** In snapshots and archived states; what is not follows from the rest of the session. */
  | 'snapshot'
  /** A column of the session's row in the archive. */
  | 'row'
  /** A field of a session in the answers of the public interface. */
  | 'answer';

/**
 * The fields of a session's head, in the order in which snapshots have them. A new one begins here: every other statement
 * of the head (SessionRecord, headOf, cold records, snapshots, frames between nodes, the archive's row, the answer's body)
 * is derived from this table, or does not compile until it has the field.
 */
export const SESSION_HEAD_FIELDS = {
  id: ['snapshot', 'row', 'answer'],
  userId: ['snapshot', 'row', 'answer'],
  agentId: ['snapshot', 'row', 'answer'],
  metadata: ['snapshot', 'row', 'answer'],
  status: ['snapshot', 'row', 'answer'],
  lastSeq: ['snapshot', 'row', 'answer'],
  lastReadSeq: ['snapshot', 'row', 'answer'],
  insertedAtMs: ['snapshot', 'row', 'answer'],
  updatedAtMs: ['snapshot', 'row', 'answer'],
  activity: ['snapshot'],
  inboxVersion: ['snapshot'],
  unreadCount: [],
  awaitsUser: [],
  lastUserSeq: ['snapshot'],
  dispatch: ['snapshot'],
  debounceMs: ['snapshot'],
  lastMessage: ['snapshot'],
  flushedSeq: ['snapshot'],
  version: ['snapshot', 'row'],
  flushedVersion: ['snapshot'],
} as const satisfies Readonly<Record<keyof SessionHead, readonly HeadPlace[]>>;

/** The fields that are in one place. */
export type HeadFieldOf<P extends HeadPlace> = {
  [F in keyof SessionHead]: P extends (typeof SESSION_HEAD_FIELDS)[F][number] ? F : never;
}[keyof SessionHead];

/** The name of a field in rows and answers: `insertedAtMs` is `inserted_at` there. */
export type PublicName<F extends string> = F extends `${infer Name}Ms`
  ? SnakeCase<Name>
  : SnakeCase<F>;

type SnakeCase<S extends string> = S extends `${infer Letter}${infer Rest}`
  ? `${Letter extends Uppercase<Letter> ? `_${Lowercase<Letter>}` : Letter}${SnakeCase<Rest>}`
  : '';

export function headOf(session: SessionHead): SessionHead {
  return {
    id: session.id,
    userId: session.userId,
    agentId: session.agentId,
    metadata: session.metadata,
    status: session.status,
    lastSeq: session.lastSeq,
    lastReadSeq: session.lastReadSeq,
    insertedAtMs: session.insertedAtMs,
    updatedAtMs: session.updatedAtMs,
    activity: session.activity,
    inboxVersion: session.inboxVersion,
    unreadCount: session.unreadCount,
    awaitsUser: session.awaitsUser,
    lastUserSeq: session.lastUserSeq,
    dispatch: session.dispatch,
    debounceMs: session.debounceMs,
    lastMessage: session.lastMessage,
    flushedSeq: session.flushedSeq,
    version: session.version,
    flushedVersion: session.flushedVersion,
  };
}
