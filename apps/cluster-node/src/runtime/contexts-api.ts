import type { SessionHead } from '@fleetlm/conversation';
import type { ContextOverrides, WebhookMessage } from '@fleetlm/protocol';
import type { AgentRecord } from '../membership/agent-record.ts';
import type { Result } from '../outcome.ts';

/** What the agent of a conversation would be sent now. */
export interface SessionContext {
  readonly messages: readonly WebhookMessage[];
  readonly tokens: number;
  readonly isTruncated: boolean;
  readonly compactedThroughSeq: number | null;
  readonly tokenBudget: number | null;
  readonly overrides: ContextOverrides;
  /** Of the messages that would be sent, the oldest that are not shown. */
  readonly omitted: number;
}

export type ContextReadError =
  | 'no_quorum'
  | 'timeout'
  | 'overloaded'
  | 'not_found'
  | 'archive_unavailable'
  | 'internal';
type WriteErrors = ContextReadError | 'invalid_request' | 'payload_too_large' | 'conflict';

/** What agents are sent of conversations, and how that is changed from outside. */
export interface ContextRuntime {
  read(session: SessionHead, agent: AgentRecord): Promise<Result<SessionContext, ContextReadError>>;
  /** Replaces what the session has in place of its agent's settings. */
  override(
    session: SessionHead,
    overrides: ContextOverrides,
  ): Promise<Result<SessionHead, WriteErrors>>;
  /** A summary that stands for all messages up to a number. */
  summarize(
    session: SessionHead,
    throughSeq: number,
    summary: string,
  ): Promise<Result<null, WriteErrors | 'forbidden' | 'budget_exhausted'>>;
}
