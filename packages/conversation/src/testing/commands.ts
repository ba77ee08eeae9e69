import type { Command, NewMessage, Payload } from '../commands/commands.ts';
import type { Applied } from '../commands/results.ts';
import {
  apply,
  createGroupState,
  evictionCandidates,
  exportState,
  flushCandidates,
  type GroupState,
  getSession,
  type PageSize,
  type Session,
  type SessionSnapshot,
} from '../index.ts';

/** Short ways to write commands down in tests. */

export const SESSION = '7f-01J8ZZZZZZZZZZZZZZZZZZZZZZ';
export const OTHER_SESSION = '7f-01J9ZZZZZZZZZZZZZZZZZZZZZZ';
export const USER = 'alice';
export const AGENT = 'support-bot';
export const DEBOUNCE_MS = 500;

const encoder = new TextEncoder();

export function payloadOf(text: string): Uint8Array {
  return encoder.encode(JSON.stringify({ content: { text }, metadata: {} }));
}

export function uuid(number: number): string {
  return `0197d3b0-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

export function message(number: number, fields: Partial<NewMessage> = {}): NewMessage {
  const preview = `message ${number}`;
  return { id: uuid(number), kind: 'text', payload: payloadOf(preview), preview, ...fields };
}

export type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;
type Fields<T extends Command['type']> = Partial<Omit<CommandOf<T>, 'type'>>;

export function create(fields: Fields<'create-session'> = {}): Command {
  return {
    type: 'create-session',
    sessionId: SESSION,
    userId: USER,
    agentId: AGENT,
    metadata: encoder.encode('{}'),
    timeMs: 1_000,
    ...fields,
  };
}

/** A message of the user; `number` makes its id and its client's id. */
export function say(number: number, fields: Fields<'append-message'> = {}): Command {
  return {
    type: 'append-message',
    sessionId: SESSION,
    sender: { type: 'user', id: USER },
    clientMessageId: `client-${number}`,
    message: message(number),
    debounceMs: DEBOUNCE_MS,
    whileAnswering: 'queue',
    held: null,
    timeMs: 1_000 + number,
    ...fields,
  };
}

/** A message that the agent sends by itself. */
export function agentSays(number: number, fields: Fields<'append-message'> = {}): Command {
  return say(number, { sender: { type: 'agent', id: AGENT }, ...fields });
}

/** A reply that asks for decisions under these keys; it is named as it is numbered. */
export function completeAsking(epoch: number, number: number, keys: readonly string[]): Command {
  const requests = { names: [uuid(number), `begun-${number}`], keys };
  const answer = message(number, { kind: 'assistant', requests });
  return { ...complete(epoch, 1, number), message: answer } as Command;
}

/** Decisions about the message of a number. */
export function decide(number: number, about: number, keys: readonly string[]): Command {
  const response = { name: uuid(about), keys };
  return say(number, {
    message: message(number, { kind: 'tool-response', response }),
    debounceMs: 0,
  });
}

export function start(epoch: number, attempt: number, timeMs = 2_000): Command {
  return { type: 'start-dispatch', sessionId: SESSION, epoch, attempt, timeMs };
}

export function complete(epoch: number, attempt: number, number: number, timeMs = 3_000): Command {
  const answer = message(number, { kind: 'assistant' });
  return { type: 'complete-dispatch', sessionId: SESSION, epoch, attempt, message: answer, timeMs };
}

export function defer(epoch: number, attempt: number, nextAttemptAtMs: number): Command {
  const error = 'status 503';
  return {
    type: 'defer-dispatch',
    sessionId: SESSION,
    epoch,
    attempt,
    nextAttemptAtMs,
    error,
    timeMs: 3_000,
  };
}

export function fail(epoch: number, attempt: number, error = 'status 500'): Command {
  return { type: 'fail-dispatch', sessionId: SESSION, epoch, attempt, error, timeMs: 3_000 };
}

export function stop(epoch: number, partial: NewMessage | null = null): Command {
  return { type: 'stop-dispatch', sessionId: SESSION, epoch, partial, timeMs: 3_000 };
}

/** Chunks `fromIndex` to `toIndex` - 1, each a byte of its index. */
export function checkpoint(
  epoch: number,
  attempt: number,
  fromIndex: number,
  toIndex: number,
): CommandOf<'checkpoint-answer'> {
  const chunks = Uint8Array.from({ length: toIndex - fromIndex }, (_, at) => fromIndex + at);
  return {
    type: 'checkpoint-answer',
    sessionId: SESSION,
    epoch,
    attempt,
    fromIndex,
    toIndex,
    chunks,
    timeMs: 3_000,
  };
}

export function retry(timeMs = 4_000): Command {
  return { type: 'retry-dispatch', sessionId: SESSION, timeMs };
}

export function read(lastSeq: number, fields: Fields<'mark-read'> = {}): Command {
  return { type: 'mark-read', sessionId: SESSION, userId: USER, lastSeq, timeMs: 5_000, ...fields };
}

export function update(
  fields: { readonly metadata?: Payload; readonly status?: 'active' | 'archived' },
  sessionId = SESSION,
): Command {
  return {
    type: 'update-session',
    sessionId,
    metadata: fields.metadata ?? null,
    status: fields.status ?? null,
    timeMs: 6_000,
  };
}

export function archive(sessionId = SESSION): Command {
  return { type: 'archive-session', sessionId, timeMs: 6_000 };
}

export function erase(sessionId = SESSION): Command {
  return { type: 'erase-session', sessionId, timeMs: 6_500 };
}

export function flushed(seq: number, sessionVersion: number, sessionId = SESSION): Command {
  return {
    type: 'mark-flushed',
    mark: 0,
    watermarks: [{ sessionId, seq, sessionVersion }],
    timeMs: 7_000,
  };
}

/** A group after the given commands, each of which has to be accepted. */
export function groupAfter(...commands: readonly Command[]): GroupState {
  const state = createGroupState();
  for (const command of commands) accepted(apply(state, command));
  return state;
}

export function accepted(applied: Applied): Applied {
  if (applied.reply.type === 'refused')
    throw new Error(`refused: ${applied.reply.code} ${applied.reply.detail}`);
  return applied;
}

export function sessionOf(state: GroupState, sessionId = SESSION): Session {
  const session = getSession(state, sessionId);
  if (session === null) throw new Error(`no session ${sessionId}`);
  return session;
}

export function effectTypes(applied: Applied): readonly string[] {
  return applied.effects.map(({ type }) => type);
}

/** Everything that is there is in Postgres. */
export function flushedAll(state: GroupState): Command {
  const watermarks = flushCandidates(state, Number.MAX_SAFE_INTEGER).map((one) => one.watermark);
  return { type: 'mark-flushed', mark: state.archiveMark + 1, watermarks, timeMs: 7_000 };
}

/** What the leader archives and then evicts: every session that may leave. */
export function evictable(state: GroupState): readonly SessionSnapshot[] {
  return evictionCandidates(state, {
    sessionsMax: 1_000,
    bytesMax: Number.POSITIVE_INFINITY,
    cleanBeforeMs: Number.POSITIVE_INFINITY,
  });
}

export function evict(sessions: readonly SessionSnapshot[]): CommandOf<'evict-sessions'> {
  return {
    type: 'evict-sessions',
    sessions: sessions.map(({ id, inboxVersion }) => ({ sessionId: id, inboxVersion })),
    timeMs: 8_000,
  };
}

/** As the archive gives it back, for a session that is in memory now. */
export function hydrate(state: GroupState, sessionId = SESSION): CommandOf<'hydrate-session'> {
  const session = exportState(state).sessions.find(({ id }) => id === sessionId);
  if (session === undefined) throw new Error(`no session ${sessionId}`);
  return { type: 'hydrate-session', session: structuredClone(session), timeMs: 9_000 };
}

/** A page of so many messages, whatever their bytes. */
export const upTo = (limit: number): PageSize => ({
  limit,
  bytesMax: Number.MAX_SAFE_INTEGER,
  envelopeBytes: 0,
});
