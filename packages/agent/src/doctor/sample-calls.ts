import { randomBytes, randomUUID } from 'node:crypto';
import { formatSessionId, type WebhookMessage, type WebhookRequest } from '@fleetlm/protocol';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const AGENT_ID = 'doctor-patient';
const USER_ID = 'doctor';

/** The id of a conversation that no cluster has. */
export function sampleSessionId(): string {
  const digits = [...randomBytes(25)].map((byte) => CROCKFORD[byte % 32] ?? '0').join('');
  return formatSessionId(0, `0${digits}`);
}

/** The body of a call, as FleetLM builds it from its log. `attempt` counts the calls for the same answer. */
export function sampleCall(options: {
  readonly sessionId: string;
  readonly messages: readonly WebhookMessage[];
  readonly epoch?: number;
  readonly attempt?: number;
}): WebhookRequest {
  return {
    id: options.sessionId,
    session_id: options.sessionId,
    agent_id: AGENT_ID,
    user_id: USER_ID,
    trigger: 'submit-message',
    epoch: options.epoch ?? 1,
    attempt: options.attempt ?? 1,
    messages: [...options.messages],
  };
}

export function personMessage(seq: number, text: string): WebhookMessage {
  return message(seq, 'user', [{ type: 'text', text }], { text });
}

/** An answer that had thought, called a tool that failed, and was broken off: what FleetLM keeps of such a one. */
export function sealedAnswer(seq: number): WebhookMessage {
  const parts = [
    { type: 'step-start' },
    { type: 'reasoning', text: 'I should look that up.', state: 'done' },
    {
      type: 'tool-lookup',
      toolCallId: 'call-1',
      state: 'output-error',
      input: { query: 'weather' },
      errorText: 'The answer ended before the tool did.',
    },
    { type: 'text', text: 'Let me see, it is', state: 'done' },
  ];
  return message(seq, 'assistant', parts, { role: 'assistant', parts });
}

export function plainAnswer(seq: number, text: string): WebhookMessage {
  const parts = [{ type: 'step-start' }, { type: 'text', text, state: 'done' }];
  return message(seq, 'assistant', parts, { role: 'assistant', parts });
}

function message(
  seq: number,
  role: WebhookMessage['role'],
  parts: WebhookMessage['parts'],
  content: Readonly<Record<string, unknown>>,
): WebhookMessage {
  const id = randomUUID();
  const isAnswer = role === 'assistant';
  return {
    id,
    role,
    parts,
    seq,
    sender_id: isAnswer ? AGENT_ID : USER_ID,
    kind: isAnswer ? 'assistant' : 'text',
    content: isAnswer ? { id, ...content } : { ...content },
    metadata: {},
    inserted_at: new Date().toISOString(),
  };
}
