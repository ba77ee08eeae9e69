/** One message of the conversation as an agent is given it: an AI SDK UIMessage and FleetLM's own fields. */
export interface AgentMessage {
  readonly id: string;
  readonly role: 'user' | 'assistant' | 'system';
  readonly parts: readonly { readonly type: string; readonly text?: string }[];
  readonly seq: number;
  readonly sender_id: string;
  readonly kind: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly inserted_at: string;
}

/** What a webhook carries. */
export interface AgentCall {
  readonly id: string;
  readonly session_id: string;
  readonly agent_id: string;
  readonly user_id: string;
  readonly trigger: string;
  readonly epoch: number;
  readonly attempt: number;
  /** Ascending by seq. */
  readonly messages: readonly AgentMessage[];
}

/** The body is no call of FleetLM's; names the field. */
export class AgentCallError extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'AgentCallError';
  }
}

/** Parses the raw body of a webhook. Throws AgentCallError. */
export function parseCall(body: string): AgentCall {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw new AgentCallError(`the body is not JSON: ${String(error)}`);
  }
  assertCall(value);
  return value;
}

function assertCall(value: unknown): asserts value is AgentCall {
  for (const name of ['id', 'session_id', 'agent_id', 'user_id', 'trigger']) {
    if (typeof field(value, name) !== 'string')
      throw new AgentCallError(`${name} should be a text`);
  }
  for (const name of ['epoch', 'attempt']) {
    if (!Number.isInteger(field(value, name))) {
      throw new AgentCallError(`${name} should be a whole number`);
    }
  }
  const messages = field(value, 'messages');
  if (!Array.isArray(messages)) throw new AgentCallError('messages should be a list');
  messages.forEach((message: unknown, at) => {
    if (typeof field(message, 'id') !== 'string' || !Array.isArray(field(message, 'parts'))) {
      throw new AgentCallError(`messages[${at}] should have an id and parts`);
    }
  });
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** The text of a message: its text parts, joined. */
export function textOf(message: AgentMessage): string {
  return message.parts
    .filter((part) => part.type === 'text')
    .map((part) => part.text ?? '')
    .join('');
}

/** The newest message of the person, or null. */
export function newestUserText(call: AgentCall): string | null {
  const message = call.messages.findLast(({ role }) => role === 'user');
  return message === undefined ? null : textOf(message);
}
