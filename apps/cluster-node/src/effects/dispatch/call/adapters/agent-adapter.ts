import type { WebhookRequest } from '@fleetlm/protocol';
import type { AgentRecord, Session } from '../../../ports.ts';
import type { AnswerReader } from '../answer-stream.ts';
import type { AgentHistory } from '../webhook-body.ts';

/** What the body of a call is made of. */
export interface CallContent {
  readonly session: Pick<Session, 'id' | 'agentId' | 'userId'>;
  readonly work: Pick<WebhookRequest, 'epoch' | 'attempt'>;
  readonly history: Pick<AgentHistory, 'messages' | 'trigger'>;
  readonly model: AgentRecord['model'];
}

/**
 * How agents of one kind are talked to: a translation from history to a request body, and from the bytes of a response to UI message
 * chunks. No I/O and no clock; connections, time-outs, signatures, retries and limits of replies are the same for all.
 */
export interface AgentAdapter {
  /** Media types that the call accepts. */
  readonly accept: string;
  body(content: CallContent): string;
  /** For one answer to a call with the body `sent`. Throws AnswerStreamError when the content type is none that the protocol has. */
  reader(contentType: string | null, sent: string): AnswerReader;
}

/** Without its parameters, in lower case; null: there is none. */
export function mediaType(contentType: string | null): string | null {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return type === undefined || type === '' ? null : type;
}
