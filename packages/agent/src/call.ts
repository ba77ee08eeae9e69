import {
  type FieldError,
  parse,
  type WebhookMessage,
  type WebhookRequest,
  webhookMessageSchema,
  webhookRequestSchema,
} from '@fleetlm/protocol';

/** One message of the conversation as an agent is given it: an AI SDK UIMessage and FleetLM's own fields. */
export type AgentMessage = WebhookMessage;

/** What a webhook carries: `messages` is ascending by seq. */
export type AgentCall = WebhookRequest;

/** The body is no call of FleetLM's. Answer it with 400: the same body will not be right the next time. */
export class AgentCallError extends Error {
  /** Every wrong field by name; empty when the body is not JSON. */
  readonly errors: readonly FieldError[];

  constructor(detail: string, errors: readonly FieldError[] = []) {
    super(detail);
    this.name = 'AgentCallError';
    this.errors = errors;
  }
}

/** Every known field is checked; a field that a newer FleetLM adds is dropped and not a fault. */
const callSchema = webhookRequestSchema
  .extend({ messages: webhookMessageSchema.strip().array() })
  .strip();

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses the raw body of a webhook, after its signature was checked. Fields that a newer FleetLM adds are dropped. Throws an
 * AgentCallError that names every wrong field: answer it with 400.
 *
 * @example
 * const call = parseCall(rawBody);
 * const text = newestUserText(call); // null: the newest message has no text, such as an approval of a tool
 */
export function parseCall(body: string | Uint8Array): AgentCall {
  let value: unknown;
  try {
    value = JSON.parse(typeof body === 'string' ? body : utf8.decode(body));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new AgentCallError(`the body is not JSON in UTF-8: ${detail}`);
  }
  const parsed = parse(callSchema, value);
  if (!parsed.ok) throw new AgentCallError(parsed.detail, parsed.errors);
  return parsed.value;
}

/** The text of a message: its text parts, joined. */
export function textOf(message: Pick<AgentMessage, 'parts'>): string {
  return message.parts
    .filter((part) => part.type === 'text')
    .map(({ text }) => (typeof text === 'string' ? text : ''))
    .join('');
}

/** The newest message of the user, or null. */
export function newestUserText(call: Pick<AgentCall, 'messages'>): string | null {
  const message = call.messages.findLast(({ role }) => role === 'user');
  return message === undefined ? null : textOf(message);
}
