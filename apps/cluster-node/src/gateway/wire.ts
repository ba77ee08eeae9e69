import {
  type AgentBody,
  CONTEXT_METADATA_KEY,
  fieldsOf,
  type InboxEntry,
  type MessageBody,
  type RunState,
  type SearchAnswer,
  type SessionBody,
} from '@fleetlm/protocol';
import type {
  AgentRecord,
  DispatchState,
  FoundMessage,
  Message,
  Runtime,
  SessionAnswerField,
  SessionView,
} from '../runtime/runtime-api.ts';

/** From the engine's values to the JSON of the outside interface. */

const decoder = new TextDecoder();

function decodeObject(bytes: Uint8Array): Record<string, unknown> {
  const value: unknown = JSON.parse(decoder.decode(bytes));
  if (isObject(value)) return value;
  throw new TypeError('stored JSON is not an object');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

export function messageBody(message: Message): MessageBody {
  const { content, metadata } = decodeObject(message.payload);
  return {
    id: message.id,
    session_id: message.sessionId,
    seq: message.seq,
    sender_id: message.sender.id,
    kind: message.kind,
    content: isObject(content) ? content : {},
    metadata: isObject(metadata) ? metadata : {},
    inserted_at: isoTime(message.insertedAtMs),
  };
}

/** Who asks for an erased session gets the answer that there is none. */
function shownStatus({ id, status }: SessionView): SessionBody['status'] {
  if (status === 'erased') throw new Error(`session ${id} was erased: it can't be shown`);
  return status;
}

/** What its clients have set: how its agent is sent another context is not theirs. */
function ownMetadata({ metadata }: SessionView): Record<string, unknown> {
  const { [CONTEXT_METADATA_KEY]: _context, ...own } = decodeObject(metadata);
  return own;
}

/** Metadata in place of the session's, which keep what is not its clients'. */
export function withContext(
  session: SessionView,
  metadata: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const context = decodeObject(session.metadata)[CONTEXT_METADATA_KEY];
  return context === undefined ? metadata : { ...metadata, [CONTEXT_METADATA_KEY]: context };
}

export function sessionBody(session: SessionView): SessionBody {
  return {
    id: session.id,
    user_id: session.userId,
    agent_id: session.agentId,
    status: shownStatus(session),
    metadata: ownMetadata(session),
    last_seq: session.lastSeq,
    last_read_seq: session.lastReadSeq,
    inserted_at: isoTime(session.insertedAtMs),
    updated_at: isoTime(session.updatedAtMs),
  } satisfies Readonly<Record<SessionAnswerField, unknown>>;
}

export function runState(dispatch: DispatchState): RunState {
  const { status, epoch } = dispatch;
  switch (dispatch.status) {
    case 'idle':
      return { status, epoch };
    case 'waiting': {
      const { attempt, error } = dispatch;
      return {
        status,
        epoch,
        ...(attempt > 0 ? { attempt } : {}),
        ...(error === null ? {} : { error }),
      };
    }
    case 'running':
      return { status, epoch, attempt: dispatch.attempt };
    case 'failed': {
      const { attempt, error } = dispatch;
      return { status, epoch, ...(attempt > 0 ? { attempt } : {}), error };
    }
    default:
      return dispatch satisfies never;
  }
}

export function foundMessage(found: FoundMessage): SearchAnswer['results'][number] {
  return {
    session_id: found.sessionId,
    agent_id: found.agentId,
    title: found.title,
    seq: found.seq,
    sender_id: found.senderId,
    kind: found.kind,
    excerpt: found.excerpt,
    inserted_at: isoTime(found.insertedAtMs),
  };
}

export function inboxEntry(session: SessionView, runtime: Pick<Runtime, 'getAgent'>): InboxEntry {
  const { lastMessage } = session;
  const { title, pinned } = decodeObject(session.metadata);
  return {
    session_id: session.id,
    agent_id: session.agentId,
    agent_name: runtime.getAgent(session.agentId)?.name ?? session.agentId,
    title: typeof title === 'string' ? title : null,
    pinned: pinned === true,
    status: session.status === 'active' ? session.dispatch.status : session.status,
    last_seq: session.lastSeq,
    last_read_seq: session.lastReadSeq,
    unread_count: session.unreadCount,
    awaits_user: session.awaitsUser,
    last_message:
      lastMessage === null
        ? null
        : {
            sender_id: lastMessage.sender.id,
            kind: lastMessage.kind,
            preview: lastMessage.preview,
            inserted_at: isoTime(lastMessage.insertedAtMs),
          },
    updated_at: isoTime(session.updatedAtMs),
  };
}

/** Without the secret. */
export function agentBody(agent: AgentRecord): AgentBody {
  const { model, api_key, ...fields } = fieldsOf(agent);
  return {
    id: agent.id,
    ...fields,
    adapter_options: { model, has_api_key: api_key !== null },
    previous_secret_until:
      agent.previousSecret === null ? null : isoTime(agent.previousSecret.untilMs),
    inserted_at: isoTime(agent.insertedAtMs),
    updated_at: isoTime(agent.updatedAtMs),
  };
}
