import type { ClientToServerEvents, SendMessageInput } from '@fleetlm/protocol';
import type { UiChunk } from '@fleetlm/protocol/ui-stream';
import { isObject, type JsonObject, optional, stringField } from '@fleetlm/protocol/ui-stream';

/**
 * What the cluster sends, as types and as small guards: the browser must not ship the schemas of
 * `@fleetlm/protocol` (they are 90 kB with their library), so each shape is checked by hand where it enters.
 */

/** A committed message. `content` and `metadata` are what was sent; `seq` counts from 1 without a gap. */
export interface Message {
  readonly id: string;
  readonly session_id: string;
  readonly seq: number;
  readonly sender_id: string;
  readonly kind: string;
  readonly content: JsonObject;
  readonly metadata: JsonObject;
  readonly inserted_at: string;
}

/** A session as the node sends it. */
export interface Session {
  readonly id: string;
  readonly user_id: string;
  readonly agent_id: string;
  readonly status: string;
  readonly metadata: JsonObject;
  readonly last_seq: number;
  readonly last_read_seq: number;
  readonly inserted_at: string;
  readonly updated_at: string;
}

/** A session as a row of the inbox. */
export interface InboxEntry {
  readonly session_id: string;
  readonly agent_id: string;
  readonly agent_name: string;
  /** Null: the conversation has no title. */
  readonly title: string | null;
  /** It stands above the others. Absent from a node of an earlier version: it does not. */
  readonly pinned?: boolean;
  readonly status: string;
  readonly last_seq: number;
  readonly last_read_seq: number;
  readonly unread_count: number;
  /** Tool calls of the last reply wait for the user. Absent from a node of an earlier version: not known. */
  readonly awaits_user?: boolean;
  readonly last_message: {
    readonly sender_id: string;
    readonly kind: string;
    readonly preview: string;
    readonly inserted_at: string;
  } | null;
  readonly updated_at: string;
}

/** From the table of codes, plus `disconnected`: the request never left this device. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  /** Of a `conflict` with `expected_seq`: the newest seq of the conversation. */
  readonly last_seq?: number;
}

/** What an event was acknowledged with. */
export type Ack =
  | { readonly ok: true; readonly body: JsonObject }
  | { readonly ok: false; readonly error: WireError };

/** What a client may ask of a node. */
export type RequestEvent = keyof ClientToServerEvents;

/** What is asked with, by the protocol's own types; a message's content is checked by the node, not by its type. */
export type RequestPayload<E extends RequestEvent> = E extends 'session:send'
  ? Omit<SendMessageInput, 'content'> & { readonly content: JsonObject }
  : Parameters<ClientToServerEvents[E]>[0];

/** What the agent is doing: `waiting` for its turn or its next attempt, `failed` when all attempts are used up. */
export type RunStatus = 'idle' | 'waiting' | 'running' | 'failed';

/** What the agent is doing in a session. */
export interface AgentStatus {
  readonly status: RunStatus;
  readonly epoch: number;
  readonly attempt?: number;
  readonly error?: string;
}

/** The run in progress when a session was joined, from its first chunk. */
export interface StreamSnapshot {
  readonly epoch: number;
  readonly attempt: number;
  readonly chunks: readonly UiChunk[];
  /** Of the live chunk that follows: neighbours in `chunks` may be merged. */
  readonly next_index: number;
}

/** What a session was joined with. `stream` null: no run is in progress. */
export interface JoinAnswer {
  readonly session: Session;
  readonly messages: readonly Message[];
  readonly last_seq: number;
  readonly has_more: boolean;
  readonly stream: StreamSnapshot | null;
  readonly agent: AgentStatus | null;
}

/** One chunk of the run in progress, numbered from 0 within its epoch and attempt. */
export interface LiveChunk {
  readonly session_id: string;
  readonly epoch: number;
  readonly attempt: number;
  readonly index: number;
  readonly chunk: UiChunk;
}

/** The answer to an event; what is no ack at all is the error `malformed`. */
export function readAck(value: unknown): Ack {
  if (isObject(value) && value.ok === true) return { ok: true, body: value };
  const error = isObject(value) ? value.error : null;
  if (!isObject(error)) return { ok: false, error: malformed('an acknowledgement') };
  const code = stringField(error, 'code') ?? 'internal';
  return {
    ok: false,
    error: {
      code,
      message: stringField(error, 'message') ?? code,
      retryable: error.retryable === true,
      ...(typeof error.last_seq === 'number' ? { last_seq: error.last_seq } : {}),
    },
  };
}

/** The cluster sent something that is not in the contract. */
export function malformed(what: string): WireError {
  return {
    code: 'malformed',
    message: `The cluster sent ${what} that this version does not understand.`,
    retryable: false,
  };
}

/** Whether a value is a message of the contract; fields that a newer node adds are kept. */
export function isMessage(value: unknown): value is Message {
  return (
    isObject(value) &&
    hasStrings(value, ['id', 'session_id', 'sender_id', 'kind', 'inserted_at']) &&
    hasNumbers(value, ['seq']) &&
    isObject(value.content) &&
    isObject(value.metadata)
  );
}

export function isSession(value: unknown): value is Session {
  return (
    isObject(value) &&
    hasStrings(value, ['id', 'user_id', 'agent_id', 'status', 'inserted_at', 'updated_at']) &&
    hasNumbers(value, ['last_seq', 'last_read_seq']) &&
    isObject(value.metadata)
  );
}

export function isInboxEntry(value: unknown): value is InboxEntry {
  return (
    isObject(value) &&
    hasStrings(value, ['session_id', 'agent_id', 'agent_name', 'status', 'updated_at']) &&
    hasNumbers(value, ['last_seq', 'last_read_seq', 'unread_count']) &&
    (value.title === null || typeof value.title === 'string') &&
    isBooleanOrAbsent(value.pinned) &&
    isBooleanOrAbsent(value.awaits_user) &&
    (value.last_message === null ||
      (isObject(value.last_message) &&
        hasStrings(value.last_message, ['sender_id', 'kind', 'preview', 'inserted_at'])))
  );
}

function isBooleanOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'boolean';
}

export function isChunk(value: unknown): value is UiChunk {
  return isObject(value) && typeof value.type === 'string';
}

/** Null: malformed. */
export function readLiveChunk(value: unknown): LiveChunk | null {
  if (!isObject(value) || !isChunk(value.chunk)) return null;
  const { session_id, epoch, index, attempt, chunk } = value;
  if (typeof session_id !== 'string' || typeof epoch !== 'number') return null;
  if (typeof attempt !== 'number' || typeof index !== 'number') return null;
  return { session_id, epoch, attempt, index, chunk };
}

/** Null: malformed. */
export function readAgentStatus(value: unknown): AgentStatus | null {
  if (!isObject(value) || typeof value.epoch !== 'number') return null;
  const status = RUN_STATUSES.find((known) => known === value.status);
  if (status === undefined) return null;
  const attempt = value.attempt;
  return {
    status,
    epoch: value.epoch,
    ...optional('attempt', typeof attempt === 'number' ? attempt : null),
    ...optional('error', stringField(value, 'error')),
  };
}

/** Null: malformed. */
export function readJoin(body: JsonObject): JoinAnswer | null {
  const { session, messages, last_seq, has_more, stream } = body;
  if (!isSession(session) || !Array.isArray(messages) || !messages.every(isMessage)) return null;
  if (typeof last_seq !== 'number' || typeof has_more !== 'boolean') return null;
  return {
    session,
    messages,
    last_seq,
    has_more,
    stream: readStream(stream),
    agent: readAgentStatus(body.agent),
  };
}

function readStream(value: unknown): StreamSnapshot | null {
  if (!isObject(value)) return null;
  const { epoch, attempt, chunks, next_index } = value;
  if (!Array.isArray(chunks) || !chunks.every(isChunk)) return null;
  if (typeof epoch !== 'number' || typeof attempt !== 'number') return null;
  return typeof next_index === 'number' ? { epoch, attempt, chunks, next_index } : null;
}

const RUN_STATUSES: readonly RunStatus[] = ['idle', 'waiting', 'running', 'failed'];

function hasStrings(object: JsonObject, keys: readonly string[]): boolean {
  return keys.every((key) => typeof object[key] === 'string');
}

function hasNumbers(object: JsonObject, keys: readonly string[]): boolean {
  return keys.every((key) => typeof object[key] === 'number');
}

/** The epoch whose answer this message is; null for a user's message. */
export function epochOf(message: Message): number | null {
  const epoch = message.metadata.epoch;
  return message.kind === 'assistant' && typeof epoch === 'number' ? epoch : null;
}

/** Under which id this client sent the message: it travels in the metadata, so that an echo finds its outbox entry. */
export function clientMessageIdOf(message: Message): string | null {
  return stringField(message.metadata, 'client_message_id');
}
