import type { AgentStatus, JoinAnswer, Message, Session } from '../wire.ts';

/** Builders for tests of this package. */

export const SESSION_ID = '7f-01JDTESTTESTTESTTESTTESTTE';

export function message(seq: number, over: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    session_id: SESSION_ID,
    seq,
    sender_id: 'demo',
    kind: 'text',
    content: { text: `message ${seq}` },
    metadata: {},
    inserted_at: '2026-11-23T12:00:00.000Z',
    ...over,
  };
}

export function messages(from: number, to: number): readonly Message[] {
  return Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
}

export function answerMessage(seq: number, epoch: number, text: string, id = `m${seq}`): Message {
  const content = { id: `a${seq}`, role: 'assistant', parts: [{ type: 'text', text }] };
  return message(seq, {
    id,
    sender_id: 'echo',
    kind: 'assistant',
    content,
    metadata: { epoch, termination: 'finish' },
  });
}

export function session(lastSeq: number, lastReadSeq = 0): Session {
  return {
    id: SESSION_ID,
    user_id: 'demo',
    agent_id: 'echo',
    status: 'active',
    metadata: {},
    last_seq: lastSeq,
    last_read_seq: lastReadSeq,
    inserted_at: '2026-11-23T12:00:00.000Z',
    updated_at: '2026-11-23T12:00:00.000Z',
  };
}

export function joinAnswer(
  held: readonly Message[],
  over: Partial<Omit<JoinAnswer, 'session' | 'messages'>> = {},
): JoinAnswer {
  const lastSeq = over.last_seq ?? held.at(-1)?.seq ?? 0;
  const agent: AgentStatus | null = null;
  return {
    session: session(lastSeq),
    messages: held,
    last_seq: lastSeq,
    has_more: false,
    stream: null,
    agent,
    ...over,
  };
}
