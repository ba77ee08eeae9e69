import type { Sender } from './commands/commands.ts';
import { groupRecordOf } from './group-record.ts';
import { compareText } from './order.ts';
import { NO_HANDLE } from './session/cold-sessions.ts';
import { headOf, type SessionHead } from './session/session-head.ts';
import { SessionRecord } from './session/session-record.ts';
import type {
  AnswerCheckpoint,
  DispatchState,
  GroupState,
  Inbox,
  Message,
  OpenRequests,
  Session,
} from './state.ts';

/** The live session: it changes with the next command. `sessionHead` makes a copy. Null: there is none, or no more. */
export function getSession(state: GroupState, sessionId: string): Session | null {
  return groupRecordOf(state).living(sessionId) ?? null;
}

/** Whether a message of this client's id is in the session, as far as ids are remembered. */
export function knowsMessage(
  state: GroupState,
  sessionId: string,
  from: Sender['type'],
  clientMessageId: string,
): boolean {
  const session = groupRecordOf(state).living(sessionId);
  if (session === undefined) return false;
  return SessionRecord.internals(session).clientMessageIds.find(from, clientMessageId) !== null;
}

/** A copy of the session without its messages, whether it is in memory or not; null: there is none, or no more. */
export function findHead(state: GroupState, sessionId: string): SessionHead | null {
  const group = groupRecordOf(state);
  const session = group.sessions.get(sessionId);
  const handle = session === undefined ? group.cold.find(sessionId) : NO_HANDLE;
  const head = handle === NO_HANDLE ? session : group.cold.read(handle).head;
  return head === undefined || head.status === 'erased' ? null : headOf(head);
}

/** The session has left memory: it is to be hydrated before anything can change it. */
export function isCold(state: GroupState, sessionId: string): boolean {
  return !state.sessions.has(sessionId) && groupRecordOf(state).isCold(sessionId);
}

/** A copy without the messages, to keep, send or wait with. */
export function sessionHead(session: Session): SessionHead {
  return headOf(session);
}

/** Null: the user has no session yet. */
export function getInbox(state: GroupState, userId: string): Inbox | null {
  return state.inboxes.get(userId) ?? null;
}

/** How much one page holds; at least one item, however large. */
export interface PageSize {
  /** Messages or sessions. */
  readonly limit: number;
  /** Payloads (of sessions: metadata) and envelopes together. */
  readonly bytesMax: number;
  /** What a reader is sent of an item beside its payload, at most. */
  readonly envelopeBytes: number;
}

/**
 * Copies of the user's sessions, newest activity first; with `beforeActivity` those less recently active than it.
 * `next` is the activity to go on before; null: that was all.
 */
export function listSessions(
  state: GroupState,
  userId: string,
  query: PageSize & { readonly beforeActivity?: number },
): { readonly sessions: readonly SessionHead[]; readonly next: number | null } {
  const { inboxes, cold } = groupRecordOf(state);
  const inbox = inboxes.get(userId);
  const sessions: SessionHead[] = [];
  if (inbox === undefined) return { sessions, next: null };
  let bytes = 0;
  for (const entry of inbox.newestFirst()) {
    const isHot = entry instanceof SessionRecord;
    const activity = isHot ? entry.activity : cold.activityOf(entry);
    if (query.beforeActivity !== undefined && activity >= query.beforeActivity) continue;
    const head = isHot ? entry : cold.read(entry).head;
    if (head.status === 'erased') continue;
    bytes += head.metadata.length + query.envelopeBytes;
    const last = sessions.at(-1);
    if (last !== undefined && (sessions.length >= query.limit || bytes > query.bytesMax))
      return { sessions, next: last.activity };
    sessions.push(headOf(head));
  }
  return { sessions, next: null };
}

/** What changed in an inbox; `isWhole` false: it is more than fits, and nothing of it is given. */
export interface InboxChanges {
  readonly version: number;
  readonly sessions: readonly SessionHead[];
  readonly isWhole: boolean;
}

/** Copies of the user's sessions whose inbox entry changed after `sinceVersion`, oldest change first; erased ones too. */
export function inboxChanges(
  state: GroupState,
  userId: string,
  sinceVersion: number,
  size: PageSize,
): InboxChanges {
  const { inboxes, cold } = groupRecordOf(state);
  const inbox = inboxes.get(userId);
  if (inbox === undefined) return { version: 0, sessions: [], isWhole: true };
  const { version } = inbox;
  const sessions: SessionHead[] = [];
  let bytes = 0;
  for (const entry of inbox.newestFirst()) {
    const isHot = entry instanceof SessionRecord;
    const entryVersion = isHot ? entry.inboxVersion : cold.inboxVersionOf(entry);
    if (entryVersion <= sinceVersion) continue;
    const head = isHot ? headOf(entry) : cold.read(entry).head;
    bytes += head.metadata.length + size.envelopeBytes;
    const isTooMuch = sessions.length >= size.limit || bytes > size.bytesMax;
    if (sessions.length > 0 && isTooMuch) return { version, sessions: [], isWhole: false };
    sessions.push(head);
  }
  sessions.sort((a, b) => a.inboxVersion - b.inboxVersion);
  return { version, sessions, isWhole: true };
}

/** A page of a session as far as memory goes. */
export interface TailPage {
  /** Ascending and gap-free; they follow those of `archive` directly. */
  readonly messages: readonly Message[];
  /** Messages of the page that have left memory and come first: afterSeq < seq <= throughSeq; all are in Postgres. */
  readonly archive: { readonly afterSeq: number; readonly throughSeq: number } | null;
  readonly lastSeq: number;
  /** Whether the session has more beyond this page, in the direction that was asked for. */
  readonly hasMore: boolean;
}

/** How many bytes of a page these messages take. */
export function pageBytes(messages: readonly Message[], { envelopeBytes }: PageSize): number {
  return messages.reduce((sum, { payload }) => sum + payload.length + envelopeBytes, 0);
}

/**
 * The first messages after `afterSeq`, or the last before `beforeSeq`, ascending, as many as fit in `size` (at most `limit`
 * messages and `bytesMax` bytes, at least one when there is any). What has left memory is named by `archive` and is to be
 * read from Postgres. Throws a TypeError for a session that is a copy.
 *
 * @example
 * const session = getSession(state, sessionId);
 * const page = readMessages(session, { afterSeq: 0 }, { limit: 50, bytesMax: 4 * 1024 * 1024, envelopeBytes: 512 });
 */
export function readMessages(
  session: Session,
  from: { readonly afterSeq: number } | { readonly beforeSeq: number },
  size: PageSize,
): TailPage {
  const { tail } = SessionRecord.internals(recordOf(session));
  return pageOf(session.lastSeq, tail.firstSeq, from, size, (firstSeq, finalSeq) =>
    'afterSeq' in from
      ? tail.readFirst(session, firstSeq, finalSeq, size)
      : tail.readLast(session, firstSeq, finalSeq, size),
  );
}

/** The same page of a session that has left memory: all of it is in the archive. */
export function readColdMessages(
  head: SessionHead,
  from: { readonly afterSeq: number } | { readonly beforeSeq: number },
  size: PageSize,
): TailPage {
  return pageOf(head.lastSeq, head.lastSeq + 1, from, size, () => []);
}

function pageOf(
  lastSeq: number,
  firstTailSeq: number,
  from: { readonly afterSeq: number } | { readonly beforeSeq: number },
  { limit }: PageSize,
  read: (firstSeq: number, finalSeq: number) => readonly Message[],
): TailPage {
  const isForward = 'afterSeq' in from;
  const finalSeq = Math.min(lastSeq, isForward ? from.afterSeq + limit : from.beforeSeq - 1);
  const firstSeq = isForward ? from.afterSeq + 1 : Math.max(1, finalSeq - limit + 1);
  const wantedInTail = finalSeq - Math.max(firstSeq, firstTailSeq) + 1;
  const messages = wantedInTail > 0 ? read(Math.max(firstSeq, firstTailSeq), finalSeq) : [];
  const isCut = messages.length < wantedInTail;
  const archiveThrough = Math.min(finalSeq, firstTailSeq - 1);
  // Backwards the archive comes after what is in memory: a page that memory fills needs none of it.
  const needsArchive = firstSeq <= archiveThrough && (isForward || !isCut);
  return {
    messages,
    archive: needsArchive ? { afterSeq: firstSeq - 1, throughSeq: archiveThrough } : null,
    lastSeq,
    hasMore: isCut || (isForward ? finalSeq < lastSeq : firstSeq > 1),
  };
}

function recordOf(session: Session): SessionRecord {
  if (session instanceof SessionRecord) return session;
  throw new TypeError('messages are read from a session of the state, not from a copy of one');
}

/** The last checkpoint of an answer in progress; null: nothing, or none is. */
export function answerCheckpoint(session: Session): AnswerCheckpoint | null {
  return SessionRecord.internals(recordOf(session)).checkpoint;
}

/** Tool calls of the agent's message that wait for the user, or for the work that continues the message; null: none. */
export function openRequests(session: Session): OpenRequests | null {
  return SessionRecord.internals(recordOf(session)).requests;
}

/** A session whose agent is to be called. */
export interface WaitingSession {
  readonly session: Session;
  readonly dispatch: Extract<DispatchState, { status: 'waiting' }>;
}

/** Waiting work whose time has come, longest overdue first. Looks at waiting sessions only. */
export function dueDispatches(state: GroupState, nowMs: number): readonly WaitingSession[] {
  const due: WaitingSession[] = [];
  for (const session of groupRecordOf(state).waiting) {
    const { dispatch } = session;
    if (dispatch.status === 'waiting' && dispatch.dueAtMs <= nowMs) due.push({ session, dispatch });
  }
  return due.sort(
    (a, b) => a.dispatch.dueAtMs - b.dispatch.dueAtMs || compareText(a.session.id, b.session.id),
  );
}

/** A session whose agent is being called, or was when its leader died. */
export interface RunningSession {
  readonly session: Session;
  readonly dispatch: Extract<DispatchState, { status: 'running' }>;
}

/** Running work, by session id. Looks at running sessions only. */
export function runningDispatches(state: GroupState): readonly RunningSession[] {
  const running: RunningSession[] = [];
  for (const session of groupRecordOf(state).running) {
    const { dispatch } = session;
    if (dispatch.status === 'running') running.push({ session, dispatch });
  }
  return running.sort((a, b) => compareText(a.session.id, b.session.id));
}

/** What Postgres lacks of one session. All of it is a copy: writing may take its time. */
export interface FlushCandidate {
  readonly session: SessionHead;
  /** Ascending from the first above the watermark; empty when only the session's own row changed. */
  readonly messages: readonly Message[];
  /** What `mark-flushed` is to say once the row and the messages are written. */
  readonly watermark: {
    readonly sessionId: string;
    readonly seq: number;
    readonly sessionVersion: number;
  };
}

/** How much `flushCandidates` takes beside its count of rows. */
export interface FlushLimits {
  /** Of messages together; the one that reaches it is still in. */
  readonly bytesMax?: number;
  /** Sessions to leave out: they must not stand in the way of others. */
  readonly except?: ReadonlySet<string>;
}

/**
 * Sessions that Postgres lacks something of, those first that have waited longest, up to `rowsMax` rows (a session is
 * one, each message is one) and `bytesMax`. A backlog that doesn't fit is cut: the rest comes with the next call, after its
 * watermark. Written rows are confirmed by a `mark-flushed` command; until then the same candidates are given again.
 */
export function flushCandidates(
  state: GroupState,
  rowsMax: number,
  limits: FlushLimits = {},
): readonly FlushCandidate[] {
  const { bytesMax = Number.POSITIVE_INFINITY, except } = limits;
  const candidates: FlushCandidate[] = [];
  let rows = 0;
  let bytes = 0;
  for (const session of groupRecordOf(state).dirty) {
    if (except?.has(session.id) === true) continue;
    const messagesMax = rowsMax - rows - 1;
    if (messagesMax < 0 || bytes >= bytesMax) break;
    const { tail } = SessionRecord.internals(session);
    const first = session.flushedSeq + 1;
    const upTo = Math.min(session.lastSeq, session.flushedSeq + messagesMax);
    const throughSeq = upTo < first ? upTo : tail.throughSeq(first, upTo, bytesMax - bytes);
    const messages = tail.read(session, first, throughSeq);
    for (const { payload } of messages) bytes += payload.length;
    rows += 1 + messages.length;
    candidates.push({
      session: headOf(session),
      messages,
      watermark: { sessionId: session.id, seq: throughSeq, sessionVersion: session.version },
    });
  }
  return candidates;
}
