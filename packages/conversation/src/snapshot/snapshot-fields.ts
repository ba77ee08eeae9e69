import { bytesOf } from '../commands/apply-checkpoint.ts';
import { SESSION_HEAD_FIELDS, type SessionHead } from '../session/session-head.ts';
import {
  type AnswerCheckpoint,
  CHECKPOINT_BYTES_MAX,
  type DispatchState,
  type OpenRequests,
  type Session,
  VOID_SEQS_MAX,
} from '../state.ts';
import {
  bytes,
  COUNTER_MAX,
  DURATION_MS_MAX,
  ERROR_LENGTH_MAX,
  FormatError,
  fields,
  ID_LENGTH_MAX,
  integer,
  isRecord,
  KIND_LENGTH_MAX,
  list,
  oneOf,
  PREVIEW_LENGTH_MAX,
  REQUEST_KEY_LENGTH_MAX,
  REQUEST_NAMES_MAX,
  REQUESTS_MAX,
  SEQ_MAX,
  TIME_MS_MAX,
  text,
  textOrNull,
} from './plain-fields.ts';
import type { SessionSnapshot } from './session-snapshot.ts';

const OPTIONAL = ['requests'] as const satisfies readonly (keyof SessionSnapshot)[];

/** What a snapshot always has of a session beside its head. */
const BESIDE_THE_HEAD = {
  tailFirstSeq: true,
  tail: true,
  clientMessageIds: true,
  checkpoint: true,
  voidSeqs: true,
  unread: true,
} as const satisfies Readonly<
  Record<Exclude<keyof SessionSnapshot, keyof SessionHead | (typeof OPTIONAL)[number]>, true>
>;

const SESSION_KEYS: readonly string[] = [
  ...Object.entries(SESSION_HEAD_FIELDS).flatMap(([field, places]) =>
    places.some((place) => place === 'snapshot') ? field : [],
  ),
  ...Object.keys(BESIDE_THE_HEAD),
];

/** One session of a snapshot: every field by type and bounds, and against the others. */
export function readSessionSnapshot(value: unknown, path: string): SessionSnapshot {
  const plain = fields(value, path, SESSION_KEYS, OPTIONAL);
  const lastSeq = integer(plain.lastSeq, `${path}.lastSeq`, 0, SEQ_MAX);
  const lastUserSeq = integer(plain.lastUserSeq, `${path}.lastUserSeq`, 0, lastSeq);
  const version = integer(plain.version, `${path}.version`, 1, COUNTER_MAX);
  const unread = fields(plain.unread, `${path}.unread`, ['firstWord', 'words']);
  const status = oneOf(plain.status, `${path}.status`, ['active', 'archived', 'erased']);
  const dispatch = readDispatch(plain.dispatch, `${path}.dispatch`, lastUserSeq);
  if (status !== 'active' && dispatch.status !== 'idle')
    throw new FormatError(`${path}.dispatch`, `must be idle: the session is ${status}`);
  const lastMessage = readLastMessage(plain.lastMessage, `${path}.lastMessage`);
  if ((lastMessage === null) !== (lastSeq === 0 || status === 'erased'))
    throw new FormatError(`${path}.lastMessage`, 'is there exactly when there are messages');
  return {
    id: text(plain.id, `${path}.id`, ID_LENGTH_MAX),
    userId: text(plain.userId, `${path}.userId`, ID_LENGTH_MAX),
    agentId: text(plain.agentId, `${path}.agentId`, ID_LENGTH_MAX),
    metadata: bytes(plain.metadata, `${path}.metadata`),
    status,
    lastSeq,
    lastReadSeq: integer(plain.lastReadSeq, `${path}.lastReadSeq`, 0, lastSeq),
    insertedAtMs: integer(plain.insertedAtMs, `${path}.insertedAtMs`, 0, TIME_MS_MAX),
    updatedAtMs: integer(plain.updatedAtMs, `${path}.updatedAtMs`, 0, TIME_MS_MAX),
    activity: integer(plain.activity, `${path}.activity`, 1, COUNTER_MAX),
    inboxVersion: integer(plain.inboxVersion, `${path}.inboxVersion`, 1, COUNTER_MAX),
    lastUserSeq,
    dispatch,
    debounceMs: integer(plain.debounceMs, `${path}.debounceMs`, 0, DURATION_MS_MAX),
    lastMessage,
    flushedSeq: integer(plain.flushedSeq, `${path}.flushedSeq`, 0, lastSeq),
    version,
    flushedVersion: integer(plain.flushedVersion, `${path}.flushedVersion`, 0, version),
    tailFirstSeq: integer(plain.tailFirstSeq, `${path}.tailFirstSeq`, 1, SEQ_MAX + 1),
    tail: bytes(plain.tail, `${path}.tail`),
    clientMessageIds: bytes(plain.clientMessageIds, `${path}.clientMessageIds`),
    checkpoint: readCheckpoint(plain.checkpoint, `${path}.checkpoint`, dispatch),
    voidSeqs: integer(plain.voidSeqs, `${path}.voidSeqs`, 0, VOID_SEQS_MAX),
    unread: {
      firstWord: integer(unread.firstWord, `${path}.unread.firstWord`, 0, SEQ_MAX),
      words: list(unread.words, `${path}.unread.words`, SEQ_MAX).map((word, index) =>
        integer(word, `${path}.unread.words.${index}`, -(2 ** 31), 2 ** 31 - 1),
      ),
    },
    ...(plain.requests === undefined
      ? {}
      : { requests: readOpenRequests(plain.requests, `${path}.requests`, lastSeq, dispatch) }),
  };
}

function readOpenRequests(
  value: unknown,
  path: string,
  lastSeq: number,
  dispatch: DispatchState,
): OpenRequests {
  const plain = fields(value, path, ['names', 'keys', 'decidedSeq']);
  const keys = readKeys(plain.keys, `${path}.keys`, REQUESTS_MAX);
  const decidedSeq = integer(plain.decidedSeq, `${path}.decidedSeq`, 0, lastSeq);
  if (decidedSeq > 0 !== (keys.length === 0))
    throw new FormatError(`${path}.decidedSeq`, 'is there exactly when no key is open');
  if (decidedSeq > 0 && dispatch.status === 'idle')
    throw new FormatError(`${path}.decidedSeq`, 'must be 0: no work is under way');
  return { names: readKeys(plain.names, `${path}.names`, REQUEST_NAMES_MAX), keys, decidedSeq };
}

/** Names of requests, or of the message that makes them. */
export function readKeys(value: unknown, path: string, countMax: number): readonly string[] {
  return list(value, path, countMax).map((key, index) =>
    text(key, `${path}.${index}`, REQUEST_KEY_LENGTH_MAX, 0),
  );
}

function readDispatch(value: unknown, path: string, lastUserSeq: number): DispatchState {
  if (!isRecord(value)) throw new FormatError(path, 'must be an object');
  const status = oneOf(value.status, `${path}.status`, ['idle', 'waiting', 'running', 'failed']);
  const epoch = integer(value.epoch, `${path}.epoch`, status === 'idle' ? 0 : 1, COUNTER_MAX);
  const attempt = (min: number) => integer(value.attempt, `${path}.attempt`, min, COUNTER_MAX);
  const time = (key: string) => integer(value[key], `${path}.${key}`, 0, 2 * TIME_MS_MAX);
  switch (status) {
    case 'idle':
      fields(value, path, ['status', 'epoch']);
      return { status, epoch };
    case 'waiting':
      fields(value, path, ['status', 'epoch', 'attempt', 'dueAtMs', 'dueByMs', 'error']);
      return {
        status,
        epoch,
        attempt: attempt(0),
        dueAtMs: time('dueAtMs'),
        dueByMs: time('dueByMs'),
        error: textOrNull(value.error, `${path}.error`, ERROR_LENGTH_MAX),
      };
    case 'running':
      fields(value, path, ['status', 'epoch', 'attempt', 'startedAtMs', 'throughSeq']);
      return {
        status,
        epoch,
        attempt: attempt(1),
        startedAtMs: time('startedAtMs'),
        throughSeq: integer(value.throughSeq, `${path}.throughSeq`, 0, lastUserSeq),
      };
    case 'failed':
      fields(value, path, ['status', 'epoch', 'attempt', 'error']);
      return {
        status,
        epoch,
        attempt: attempt(0),
        error: text(value.error, `${path}.error`, ERROR_LENGTH_MAX, 0),
      };
    default:
      return status satisfies never;
  }
}

function readCheckpoint(
  value: unknown,
  path: string,
  dispatch: DispatchState,
): AnswerCheckpoint | null {
  if (value === null) return null;
  const plain = fields(value, path, ['attempt', 'index', 'segments']);
  if (dispatch.status !== 'running' && dispatch.status !== 'waiting')
    throw new FormatError(path, 'must be null: no answer is in progress');
  const segments = list(plain.segments, `${path}.segments`, CHECKPOINT_BYTES_MAX).map(
    (segment, index) => new Uint8Array(bytes(segment, `${path}.segments.${index}`)),
  );
  if (bytesOf(segments) > CHECKPOINT_BYTES_MAX)
    throw new FormatError(`${path}.segments`, `must have at most ${CHECKPOINT_BYTES_MAX} bytes`);
  return {
    attempt: integer(plain.attempt, `${path}.attempt`, 1, dispatch.attempt),
    index: integer(plain.index, `${path}.index`, 1, COUNTER_MAX),
    segments,
  };
}

function readLastMessage(value: unknown, path: string): Session['lastMessage'] {
  if (value === null) return null;
  const plain = fields(value, path, ['sender', 'kind', 'preview', 'insertedAtMs']);
  const sender = fields(plain.sender, `${path}.sender`, ['type', 'id']);
  return {
    sender: {
      type: oneOf(sender.type, `${path}.sender.type`, ['user', 'agent']),
      id: text(sender.id, `${path}.sender.id`, ID_LENGTH_MAX),
    },
    kind: text(plain.kind, `${path}.kind`, KIND_LENGTH_MAX),
    preview: text(plain.preview, `${path}.preview`, PREVIEW_LENGTH_MAX, 0),
    insertedAtMs: integer(plain.insertedAtMs, `${path}.insertedAtMs`, 0, TIME_MS_MAX),
  };
}
