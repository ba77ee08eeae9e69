import {
  bytes,
  COUNTER_MAX,
  DURATION_MS_MAX,
  ERROR_LENGTH_MAX,
  type Fields,
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
} from '../snapshot/plain-fields.ts';
import { readKeys, readSessionSnapshot } from '../snapshot/snapshot-fields.ts';
import {
  COMMAND_VERSION,
  type Command,
  type HeldAnswer,
  type NewMessage,
  type Sender,
  type ToolRequests,
  type ToolResponse,
  WHILE_ANSWERING,
} from './commands.ts';

/** A command, or why the entry is none; `error` names the field. */
export type ParsedCommand =
  | { readonly ok: true; readonly command: Command }
  | {
      readonly ok: false;
      /** `unsupported`: of a later version. A newer node applies it, so this one must not skip it. */
      readonly reason: 'malformed' | 'unsupported';
      readonly error: string;
    };

type AppendMessage = Extract<Command, { readonly type: 'append-message' }>;
/** A message that neither asks for decisions nor decides any. */
type PlainMessage = Omit<NewMessage, 'requests' | 'response'>;
/** The same fields, before anything is known of their values. */
type Untyped<T> = {
  readonly [K in keyof T]: T[K] extends Sender ? Untyped<Sender> : unknown;
};

/** An append of which nothing but the values of its fields is to be checked. */
export type PlainAppend = Untyped<
  Omit<AppendMessage, 'type' | 'message' | 'held' | 'expectedSeq'>
> & {
  readonly message: Untyped<PlainMessage>;
};

/** Watermarks in one command. */
export const WATERMARKS_MAX = 100_000;

/** What the log keeps of a command: its version travels with it. */
export function versioned(command: Command): readonly [version: number, command: Command] {
  return [COMMAND_VERSION, command];
}

/**
 * A decoded log entry `[version, command]` as a command. Anything else, another version included, is an error that
 * names the field. Total: it never throws. Byte fields are not copied.
 *
 * @example
 * const parsed = parseCommand(unpack(entry));
 * if (parsed.ok) apply(state, parsed.command);
 * else if (parsed.reason === 'unsupported') stall(parsed.error); // a newer node applies it: do not skip it
 *
 * Every replica must come to the same answer. So whatever changes the set of commands that are taken, a bound included,
 * raises COMMAND_VERSION: a replica of an earlier version then stalls instead of refusing what the others apply.
 */
export function parseCommand(plain: unknown): ParsedCommand {
  if (!Array.isArray(plain) || plain.length !== 2)
    return malformed('a command is a list of its version and itself');
  const version: unknown = plain[0];
  const command: unknown = plain[1];
  if (version !== COMMAND_VERSION)
    return {
      ...malformed(
        `the command has version ${String(version)}; this node knows ${COMMAND_VERSION}`,
      ),
      reason: isLater(version) ? 'unsupported' : 'malformed',
    };
  if (isRecord(command) && typeof command.type === 'string' && !isCommandType(command.type))
    return {
      ...malformed(`command.type ${JSON.stringify(command.type.slice(0, 64))} is not known`),
      reason: 'unsupported',
    };
  try {
    return { ok: true, command: readCommand(command) };
  } catch (error) {
    if (error instanceof FormatError) return malformed(error.message);
    throw error;
  }
}

/**
 * As `parseCommand`, for a codec that knows the fields of an append by their places: the same bounds and errors, a third of
 * the time. Nothing is held up by the message, and it is about no tool call.
 */
export function parseAppend(plain: PlainAppend): ParsedCommand {
  try {
    const message = messageOf(plain.message, 'command.message');
    return { ok: true, command: appendOf(plain, message, null) };
  } catch (error) {
    if (error instanceof FormatError) return malformed(error.message);
    throw error;
  }
}

function isLater(version: unknown): boolean {
  return typeof version === 'number' && Number.isSafeInteger(version) && version > COMMAND_VERSION;
}

function isCommandType(type: string): boolean {
  return COMMAND_TYPES.some((known) => known === type);
}

function malformed(error: string): Extract<ParsedCommand, { readonly ok: false }> {
  return { ok: false, reason: 'malformed', error };
}

const SENDER_TYPES = ['user', 'agent'] as const satisfies readonly Sender['type'][];
const SESSION_STATUSES = ['active', 'archived'] as const;

const COMMAND_TYPES = [
  'append-message',
  'create-session',
  'mark-read',
  'archive-session',
  'erase-session',
  'update-session',
  'start-dispatch',
  'defer-dispatch',
  'complete-dispatch',
  'fail-dispatch',
  'checkpoint-answer',
  'stop-dispatch',
  'retry-dispatch',
  'evict-sessions',
  'hydrate-session',
  'mark-flushed',
] as const satisfies readonly Command['type'][];

function readCommand(value: unknown): Command {
  if (!isRecord(value)) throw new FormatError('command', 'must be an object');
  const type = oneOf(value.type, 'command.type', COMMAND_TYPES);
  switch (type) {
    case 'append-message':
      return readAppend(value);
    case 'create-session':
      return readCreate(value);
    case 'mark-read': {
      const command = exactly(value, ['userId', 'lastSeq']);
      return {
        type,
        ...common(command),
        userId: text(command.userId, 'command.userId', ID_LENGTH_MAX),
        lastSeq: integer(command.lastSeq, 'command.lastSeq', 0, SEQ_MAX),
      };
    }
    case 'archive-session':
    case 'erase-session':
    case 'retry-dispatch':
      return { type, ...common(exactly(value, [])) };
    case 'update-session':
      return readUpdate(value);
    case 'start-dispatch': {
      const command = exactly(value, ['epoch', 'attempt']);
      return { type, ...common(command), ...attemptOf(command, 1) };
    }
    case 'defer-dispatch': {
      const command = exactly(value, ['epoch', 'attempt', 'nextAttemptAtMs', 'error']);
      return {
        type,
        ...common(command),
        ...attemptOf(command, 1),
        nextAttemptAtMs: timeOf(command.nextAttemptAtMs, 'command.nextAttemptAtMs'),
        error: text(command.error, 'command.error', ERROR_LENGTH_MAX, 0),
      };
    }
    case 'complete-dispatch': {
      const command = exactly(value, ['epoch', 'attempt', 'message']);
      const message = readMessage(command.message, 'command.message');
      return { type, ...common(command), ...attemptOf(command, 1), message };
    }
    case 'fail-dispatch': {
      const command = exactly(value, ['epoch', 'attempt', 'error']);
      const error = text(command.error, 'command.error', ERROR_LENGTH_MAX, 0);
      return { type, ...common(command), ...attemptOf(command, 0), error };
    }
    case 'checkpoint-answer':
      return readCheckpoint(value);
    case 'stop-dispatch':
      return readStop(value);
    case 'evict-sessions':
      return readEvict(value);
    case 'hydrate-session': {
      const command = fields(value, 'command', ['type', 'session', 'timeMs']);
      return {
        type,
        session: readSessionSnapshot(command.session, 'command.session'),
        timeMs: timeOf(command.timeMs, 'command.timeMs'),
      };
    }
    case 'mark-flushed':
      return readMarkFlushed(value);
    default:
      return type satisfies never;
  }
}

function readUpdate(value: Fields): Command {
  const command = exactly(value, ['metadata', 'status']);
  const { metadata, status } = command;
  return {
    type: 'update-session',
    ...common(command),
    metadata: metadata === null ? null : bytes(metadata, 'command.metadata'),
    status: status === null ? null : oneOf(status, 'command.status', SESSION_STATUSES),
  };
}

function readCreate(value: Fields): Command {
  const command = exactly(value, ['userId', 'agentId', 'metadata']);
  return {
    type: 'create-session',
    ...common(command),
    userId: text(command.userId, 'command.userId', ID_LENGTH_MAX),
    agentId: text(command.agentId, 'command.agentId', ID_LENGTH_MAX),
    metadata: bytes(command.metadata, 'command.metadata'),
  };
}

function readAppend(value: Fields): AppendMessage {
  const command = exactly(
    value,
    ['sender', 'clientMessageId', 'message', 'debounceMs', 'whileAnswering', 'held'],
    ['expectedSeq'],
  );
  const { sessionId, clientMessageId, debounceMs, whileAnswering, held, expectedSeq, timeMs } =
    command;
  const { type, id } = fields(command.sender, 'command.sender', ['type', 'id']);
  const sender = { type, id };
  const message = readMessage(command.message, 'command.message');
  const append = appendOf(
    { sessionId, sender, clientMessageId, debounceMs, whileAnswering, timeMs },
    message,
    held === null ? null : readHeld(held, 'command.held'),
  );
  return expectedSeq === undefined
    ? append
    : { ...append, expectedSeq: integer(expectedSeq, 'command.expectedSeq', 0, SEQ_MAX) };
}

function appendOf(
  command: Untyped<Omit<AppendMessage, 'type' | 'message' | 'held' | 'expectedSeq'>>,
  message: NewMessage,
  held: HeldAnswer | null,
): AppendMessage {
  return {
    type: 'append-message',
    sessionId: text(command.sessionId, 'command.sessionId', ID_LENGTH_MAX),
    timeMs: timeOf(command.timeMs, 'command.timeMs'),
    sender: senderOf(command.sender, 'command.sender'),
    clientMessageId: text(command.clientMessageId, 'command.clientMessageId', ID_LENGTH_MAX),
    message,
    debounceMs: integer(command.debounceMs, 'command.debounceMs', 0, DURATION_MS_MAX),
    whileAnswering: oneOf(command.whileAnswering, 'command.whileAnswering', WHILE_ANSWERING),
    held,
  };
}

function readHeld(value: unknown, path: string): HeldAnswer {
  const held = fields(value, path, ['epoch', 'attempt', 'partial']);
  const { partial } = held;
  return {
    epoch: integer(held.epoch, `${path}.epoch`, 1, COUNTER_MAX),
    attempt: integer(held.attempt, `${path}.attempt`, 1, COUNTER_MAX),
    partial: partial === null ? null : readMessage(partial, `${path}.partial`),
  };
}

function readCheckpoint(value: Fields): Command {
  const command = exactly(value, ['epoch', 'attempt', 'fromIndex', 'toIndex', 'chunks']);
  const fromIndex = integer(command.fromIndex, 'command.fromIndex', 0, COUNTER_MAX - 1);
  return {
    type: 'checkpoint-answer',
    ...common(command),
    ...attemptOf(command, 1),
    fromIndex,
    toIndex: integer(command.toIndex, 'command.toIndex', fromIndex + 1, COUNTER_MAX),
    chunks: bytes(command.chunks, 'command.chunks'),
  };
}

function readStop(value: Fields): Command {
  const command = exactly(value, ['epoch', 'partial']);
  const { partial } = command;
  return {
    type: 'stop-dispatch',
    ...common(command),
    epoch: integer(command.epoch, 'command.epoch', 0, COUNTER_MAX),
    partial: partial === null ? null : readMessage(partial, 'command.partial'),
  };
}

function readMarkFlushed(value: Fields): Command {
  const command = fields(value, 'command', ['type', 'mark', 'watermarks', 'timeMs']);
  const watermarks = list(command.watermarks, 'command.watermarks', WATERMARKS_MAX);
  return {
    type: 'mark-flushed',
    mark: integer(command.mark, 'command.mark', 0, COUNTER_MAX),
    watermarks: watermarks.map((entry, index) => {
      const path = `command.watermarks.${index}`;
      const watermark = fields(entry, path, ['sessionId', 'seq', 'sessionVersion']);
      return {
        sessionId: text(watermark.sessionId, `${path}.sessionId`, ID_LENGTH_MAX),
        seq: integer(watermark.seq, `${path}.seq`, 0, SEQ_MAX),
        sessionVersion: integer(watermark.sessionVersion, `${path}.sessionVersion`, 0, COUNTER_MAX),
      };
    }),
    timeMs: timeOf(command.timeMs, 'command.timeMs'),
  };
}

function readEvict(value: Fields): Command {
  const command = fields(value, 'command', ['type', 'sessions', 'timeMs']);
  const sessions = list(command.sessions, 'command.sessions', WATERMARKS_MAX);
  return {
    type: 'evict-sessions',
    sessions: sessions.map((entry, index) => {
      const path = `command.sessions.${index}`;
      const session = fields(entry, path, ['sessionId', 'inboxVersion']);
      return {
        sessionId: text(session.sessionId, `${path}.sessionId`, ID_LENGTH_MAX),
        inboxVersion: integer(session.inboxVersion, `${path}.inboxVersion`, 1, COUNTER_MAX),
      };
    }),
    timeMs: timeOf(command.timeMs, 'command.timeMs'),
  };
}

function exactly(value: Fields, keys: readonly string[], optional: readonly string[] = []): Fields {
  return fields(value, 'command', ['type', 'sessionId', 'timeMs', ...keys], optional);
}

function common(command: Fields): { readonly sessionId: string; readonly timeMs: number } {
  return {
    sessionId: text(command.sessionId, 'command.sessionId', ID_LENGTH_MAX),
    timeMs: timeOf(command.timeMs, 'command.timeMs'),
  };
}

function attemptOf(
  command: Fields,
  attemptMin: number,
): { readonly epoch: number; readonly attempt: number } {
  return {
    epoch: integer(command.epoch, 'command.epoch', 0, COUNTER_MAX),
    attempt: integer(command.attempt, 'command.attempt', attemptMin, COUNTER_MAX),
  };
}

function timeOf(value: unknown, path: string): number {
  return integer(value, path, 0, TIME_MS_MAX);
}

function senderOf(sender: Untyped<Sender>, path: string): Sender {
  const type = oneOf(sender.type, `${path}.type`, SENDER_TYPES);
  return { type, id: text(sender.id, `${path}.id`, ID_LENGTH_MAX) };
}

function readMessage(value: unknown, path: string): NewMessage {
  const message = fields(
    value,
    path,
    ['id', 'kind', 'payload', 'preview'],
    ['requests', 'response'],
  );
  const { id, kind, payload, preview, requests, response } = message;
  return {
    ...messageOf({ id, kind, payload, preview }, path),
    ...(requests === undefined ? {} : { requests: readRequests(requests, `${path}.requests`) }),
    ...(response === undefined ? {} : { response: readResponse(response, `${path}.response`) }),
  };
}

function messageOf(message: Untyped<PlainMessage>, path: string): PlainMessage {
  return {
    id: text(message.id, `${path}.id`, ID_LENGTH_MAX),
    kind: text(message.kind, `${path}.kind`, KIND_LENGTH_MAX),
    payload: bytes(message.payload, `${path}.payload`),
    preview: text(message.preview, `${path}.preview`, PREVIEW_LENGTH_MAX, 0),
  };
}

function readRequests(value: unknown, path: string): ToolRequests {
  const requests = fields(value, path, ['names', 'keys']);
  return {
    names: readKeys(requests.names, `${path}.names`, REQUEST_NAMES_MAX),
    keys: readKeys(requests.keys, `${path}.keys`, REQUESTS_MAX),
  };
}

function readResponse(value: unknown, path: string): ToolResponse {
  const response = fields(value, path, ['name', 'keys']);
  return {
    name: text(response.name, `${path}.name`, REQUEST_KEY_LENGTH_MAX, 0),
    keys: readKeys(response.keys, `${path}.keys`, REQUESTS_MAX),
  };
}
