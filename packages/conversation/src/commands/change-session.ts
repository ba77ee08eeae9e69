import type { GroupRecord } from '../group-record.ts';
import { isPackable } from '../session/byte-ids.ts';
import {
  type DispatchEvent,
  type DispatchOutcome,
  dispatchAfter,
} from '../session/dispatch-table.ts';
import { SessionRecord } from '../session/session-record.ts';
import { trimTail } from '../session/trim-tail.ts';
import { CONTEXT_KIND, type DispatchState, type Message, VOID_KIND } from '../state.ts';
import type { NewMessage, Payload, Sender } from './commands.ts';
import type { Effect } from './results.ts';

/** Commits a message under the session's next seq, and announces it. */
export function commitMessage(
  group: GroupRecord,
  session: SessionRecord,
  from: Sender['type'],
  message: NewMessage,
  timeMs: number,
  effects: Effect[],
): Message {
  if (SessionRecord.internals(session).voidSeqs > 0)
    effects.push(...commitVoid(group, session, message.id, timeMs));
  const committed = commitNext(group, session, from, message, timeMs);
  effects.push({ type: 'message-committed', message: committed });
  return committed;
}

function commitNext(
  group: GroupRecord,
  session: SessionRecord,
  senderType: Sender['type'],
  message: NewMessage,
  timeMs: number,
): Message {
  const { tail, unread } = SessionRecord.internals(session);
  // Clocks of successive leaders differ; within a session time doesn't go back.
  const insertedAtMs = Math.max(timeMs, session.updatedAtMs);
  const kind = sharedKind(message.kind);
  const seq = session.lastSeq + 1;
  tail.add(message, senderType, insertedAtMs);
  session.lastSeq = seq;
  session.updatedAtMs = insertedAtMs;
  const sharedSender = senderOf(session, senderType);
  const isUnseen = isContextChange(senderType, kind);
  if (!isUnseen)
    session.lastMessage = { sender: sharedSender, kind, preview: message.preview, insertedAtMs };
  if (senderType === 'user') {
    session.lastUserSeq = seq;
  } else if (kind !== VOID_KIND && !isUnseen) {
    unread.add(seq);
    session.unreadCount = unread.count;
  }
  group.flushBacklog += 1;
  trimTail(session);
  changeRow(group, session);
  return {
    id: message.id,
    sessionId: session.id,
    seq,
    sender: sharedSender,
    kind,
    payload: message.payload,
    insertedAtMs,
  };
}

/** C36 of SPEC.md. */
export function isContextChange(from: Sender['type'], kind: string): boolean {
  return from === 'agent' && kind === CONTEXT_KIND;
}

function senderOf(session: SessionRecord, type: Sender['type']): Sender {
  return { type, id: type === 'user' ? session.userId : session.agentId };
}

const NOTHING: Payload = Uint8Array.from('{"content":{},"metadata":{}}', (text) =>
  text.charCodeAt(0),
);

/** C90 of SPEC.md. They are the agent's, so that they are no work for it, and count as read. */
function commitVoid(
  group: GroupRecord,
  session: SessionRecord,
  nextId: string,
  timeMs: number,
): readonly Effect[] {
  const internals = SessionRecord.internals(session);
  const effects: Effect[] = [];
  for (; internals.voidSeqs > 0; internals.voidSeqs -= 1) {
    const id = idBeside(nextId, internals.voidSeqs);
    const empty = { id, kind: VOID_KIND, payload: NOTHING, preview: '' };
    const message = commitNext(group, session, 'agent', empty, timeMs);
    effects.push({ type: 'message-committed', message });
  }
  return effects;
}

/** A UUID that differs from a given one in its last, random digits. */
function idBeside(id: string, distance: number): string {
  const last = Number.parseInt(id.slice(-12), 16);
  if (!isPackable(id)) return `${id}-${distance}`;
  const moved = (last + distance) % 2 ** 48;
  return `${id.slice(0, -12)}${moved.toString(16).padStart(12, '0')}`;
}

/** The kinds that nearly every message has are one string each, not one a message. */
function sharedKind(kind: string): string {
  if (kind === 'text') return 'text';
  if (kind === 'assistant') return 'assistant';
  return kind;
}

/** Something that Postgres keeps of the session has changed. */
export function changeRow(group: GroupRecord, session: SessionRecord): void {
  session.version += 1;
  group.indexDirty(session);
}

/** Takes the outcome of an event, unless it is a refusal; answers whether anybody would notice. */
export function changeDispatch(
  group: GroupRecord,
  session: SessionRecord,
  next: DispatchState,
): boolean {
  const before = session.dispatch;
  if (next === before) return false;
  session.dispatch = next;
  if (next.epoch !== before.epoch || next.status === 'idle' || next.status === 'failed')
    SessionRecord.internals(session).checkpoint = null;
  group.indexDispatch(session);
  // A pushed-back due time is the scheduler's business alone.
  return !(
    before.status === 'waiting' &&
    next.status === 'waiting' &&
    before.epoch === next.epoch &&
    before.attempt === next.attempt
  );
}

export function outcomeOf(session: SessionRecord, event: DispatchEvent): DispatchOutcome {
  const { lastUserSeq, debounceMs } = session;
  const decidedSeq = SessionRecord.internals(session).requests?.decidedSeq ?? 0;
  return dispatchAfter(session.dispatch, event, { lastUserSeq, debounceMs, decidedSeq });
}

/** The inbox entry changed. Activity also brings the session to the front. */
export function changeInbox(session: SessionRecord, isActivity: boolean): Effect {
  const { inbox } = SessionRecord.internals(session);
  inbox.version += 1;
  session.inboxVersion = inbox.version;
  if (isActivity) {
    session.activity = inbox.version;
    inbox.moveToFront(session);
  }
  return {
    type: 'inbox-changed',
    userId: session.userId,
    sessionId: session.id,
    version: inbox.version,
  };
}

export function dispatchChanged(session: SessionRecord): Effect {
  return { type: 'dispatch-changed', sessionId: session.id, dispatch: session.dispatch };
}
