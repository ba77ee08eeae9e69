import type { WebhookMessage, WebhookRequest } from '@fleetlm/protocol';
import type { Message, Session } from '../ports.ts';
import type { AgentHistory } from './thread-history.ts';

const decoder = new TextDecoder();

/** The body of a call: what an AI SDK route handler reads, and FleetLM's own fields. */
export function webhookBody(
  session: Pick<Session, 'id' | 'agentId' | 'userId'>,
  work: { readonly epoch: number; readonly attempt: number },
  { messages, trigger }: Pick<AgentHistory, 'messages' | 'trigger'>,
): string {
  const body: WebhookRequest = {
    id: session.id,
    session_id: session.id,
    agent_id: session.agentId,
    user_id: session.userId,
    trigger,
    epoch: work.epoch,
    attempt: work.attempt,
    messages: [...messages],
  };
  return JSON.stringify(body);
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
