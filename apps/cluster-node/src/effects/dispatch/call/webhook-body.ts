import type { WebhookMessage, WebhookRequest } from '@fleetlm/protocol';
import { HISTORY_BYTES_MAX } from '../../../limits.ts';
import { inComponent } from '../../../telemetry/component-turns.ts';
import type { Message, Session } from '../../ports.ts';

const decoder = new TextDecoder();
/** The kind of the message that stands for those that were compacted. */
export const SUMMARY_KIND = 'summary';

/** What an agent is sent. */
export interface AgentHistory {
  /** Ascending. */
  readonly messages: readonly WebhookMessage[];
  /** Older messages of the conversation are left out. */
  readonly isTruncated: boolean;
  /** A summary stands for the messages up to this number; null: none does. */
  readonly compactedThroughSeq: number | null;
  readonly trigger: WebhookRequest['trigger'];
  /** The message that the answer goes on with; null: the answer is a message of its own. */
  readonly continues: WebhookMessage | null;
}

/**
 * The body of a call: what an AI SDK route handler reads, and FleetLM's own fields. Of messages that take more than
 * HISTORY_BYTES_MAX the oldest are left out, but for a summary of what was before them; the newest is always there.
 */
export function webhookBody(
  session: Pick<Session, 'id' | 'agentId' | 'userId'>,
  work: { readonly epoch: number; readonly attempt: number },
  { messages, trigger }: Pick<AgentHistory, 'messages' | 'trigger'>,
): string {
  const body: Omit<WebhookRequest, 'messages'> = {
    id: session.id,
    session_id: session.id,
    agent_id: session.agentId,
    user_id: session.userId,
    trigger,
    epoch: work.epoch,
    attempt: work.attempt,
  };
  const head = JSON.stringify(body).slice(0, -1);
  return inComponent('dispatch', () => `${head},"messages":[${fitting(messages).join(',')}]}`);
}

/** The messages as JSON, as many of the newest as fit. */
function fitting(messages: readonly WebhookMessage[]): readonly string[] {
  return newestFitting(messages, (message) => JSON.stringify(message));
}

/** The messages as JSON texts, as many of the newest as fit, and a summary in front of them. */
export function newestFitting(
  messages: readonly WebhookMessage[],
  encode: (message: WebhookMessage) => string,
  bytesMax = HISTORY_BYTES_MAX,
): readonly string[] {
  const [first] = messages;
  const summary = first?.kind === SUMMARY_KIND ? encode(first) : null;
  const kept: string[] = [];
  let bytes = summary === null ? 0 : Buffer.byteLength(summary);
  for (const message of messages.slice(summary === null ? 0 : 1).toReversed()) {
    const json = encode(message);
    bytes += Buffer.byteLength(json) + 1;
    if (bytes > bytesMax && kept.length > 0) break;
    kept.push(json);
  }
  if (summary !== null) kept.push(summary);
  return kept.toReversed();
}

export function webhookMessage(message: Message): WebhookMessage {
  const { content, metadata } = decodePayload(message.payload);
  return {
    id: message.id,
    role: message.sender.type === 'user' ? 'user' : 'assistant',
    parts: partsOf(content),
    seq: message.seq,
    sender_id: message.sender.id,
    kind: message.kind,
    content,
    metadata,
    inserted_at: new Date(message.insertedAtMs).toISOString(),
  };
}

type JsonObject = Record<string, unknown>;

/** A payload was encoded by the edge or by this engine: it is what `encodePayload` makes. */
function decodePayload(payload: Uint8Array): {
  readonly content: JsonObject;
  readonly metadata: JsonObject;
} {
  const value: { content: JsonObject; metadata: JsonObject } = JSON.parse(decoder.decode(payload));
  return value;
}

function partsOf(content: JsonObject): WebhookMessage['parts'] {
  if (Array.isArray(content.parts)) return content.parts.filter(isPart);
  return typeof content.text === 'string' ? [{ type: 'text', text: content.text }] : [];
}

function isPart(value: unknown): value is { type: string } {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  );
}
