import { randomUUID } from 'node:crypto';
import { SUMMARY_LENGTH_MAX, type WebhookMessage, webhookId } from '@fleetlm/protocol';
import { type Dispatcher, request } from 'undici';
import * as z from 'zod';
import { type ErrorText, errorText } from '../../error-text.ts';
import type { AgentRecord, Session } from '../../ports.ts';
import { checkLiteralHost } from '../call/address-rules.ts';
import { type AgentHistory, SUMMARY_KIND } from '../call/webhook-body.ts';
import { signatureHeaders } from '../call/webhook-signature.ts';

/** Without a tokenizer of the agent's model: what English and JSON come to. */
const CHARACTERS_PER_TOKEN = 4;
export const SUMMARY_RESPONSE_BYTES_MAX = 256 * 1024;

const responseSchema = z.looseObject({
  summary: z.string().min(1, 'must not be empty').max(SUMMARY_LENGTH_MAX, 'is too long'),
});

const usageSchema = z.looseObject({
  inputTokens: z.number().optional(),
  outputTokens: z.number().optional(),
  totalTokens: z.number().optional(),
});

/** Kept in the metadata of the answer that it was made for; from then on it stands for what was before it. */
export const compactionSchema = z.looseObject({
  /** The newest message in it, by the id and the number that agents know. */
  through_id: z.string(),
  through_seq: z.int(),
  summary: z.string(),
});
export type Compaction = z.output<typeof compactionSchema>;

export type CompactionOutcome =
  | { readonly type: 'compacted'; readonly compaction: Compaction; readonly history: AgentHistory }
  /** The agent is sent the history as it is. */
  | { readonly type: 'failed'; readonly error: ErrorText };

export interface CompactionOptions {
  readonly agent: AgentRecord;
  readonly session: Session;
  readonly epoch: number;
  readonly history: AgentHistory;
  readonly secrets: readonly string[];
  readonly dispatcher: Dispatcher;
  readonly allowPrivateAddresses: boolean;
  readonly wallClockMs: () => number;
  readonly signal: AbortSignal;
}

/**
 * What the model will read, in tokens: what the agent reported with its newest answer (`usage` or `totalUsage` in the
 * metadata, as the AI SDK names it) and an estimate of what came after it.
 */
export function tokensOf(messages: readonly WebhookMessage[]): number {
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const reported = reportedTokens(messages[index]?.metadata);
    if (reported !== null) return reported + estimate(messages.slice(index + 1));
  }
  return estimate(messages);
}

/** The messages to be compacted; null: it is not time, or the agent does not want it. */
export function dueMessages(
  agent: AgentRecord,
  { messages, continues }: AgentHistory,
): readonly WebhookMessage[] | null {
  const { compactionWebhookUrl, compactionTokenBudget, compactionTriggerRatio } = agent;
  if (compactionWebhookUrl === null || compactionTokenBudget === null) return null;
  if (agent.messageHistoryMode === 'last' || continues !== null) return null;
  // The newest user message is sent as it was written.
  const newestAnswer = messages.findLastIndex(({ role }) => role === 'assistant');
  if (newestAnswer < 1) return null;
  if (tokensOf(messages) < compactionTokenBudget * compactionTriggerRatio) return null;
  return messages.slice(0, newestAnswer + 1);
}

/** Has the agent's compaction webhook make a summary. Never throws: an agent that can't summarise still answers. */
export async function compact(
  options: CompactionOptions,
  due: readonly WebhookMessage[],
): Promise<CompactionOutcome> {
  const { agent, history } = options;
  const last = due.at(-1);
  if (last === undefined)
    return { type: 'failed', error: errorText('there is nothing to compact') };
  try {
    const summary = await requestSummary(options, due);
    const compaction = { through_id: last.id, through_seq: last.seq, summary };
    const messages = [
      summaryMessage(agent.id, last, compaction),
      ...history.messages.slice(due.length),
    ];
    return { type: 'compacted', compaction, history: { ...history, messages } };
  } catch (error) {
    return { type: 'failed', error: errorText(error) };
  }
}

/** The message that an agent is sent in place of those that were compacted. */
export function summaryMessage(
  agentId: string,
  { inserted_at }: Pick<WebhookMessage, 'inserted_at'>,
  { summary, through_seq }: Compaction,
): WebhookMessage {
  return {
    id: randomUUID(),
    role: 'user',
    parts: [{ type: 'text', text: summary }],
    seq: through_seq,
    sender_id: agentId,
    kind: SUMMARY_KIND,
    content: { text: summary },
    metadata: {},
    inserted_at,
  };
}

async function requestSummary(
  options: CompactionOptions,
  due: readonly WebhookMessage[],
): Promise<string> {
  const { agent, session, epoch, secrets, dispatcher, wallClockMs } = options;
  const url = new URL(agent.compactionWebhookUrl ?? '');
  if (!options.allowPrivateAddresses) checkLiteralHost(url);
  const body = JSON.stringify({
    type: 'compaction',
    id: session.id,
    session_id: session.id,
    agent_id: agent.id,
    user_id: session.userId,
    epoch,
    token_budget: agent.compactionTokenBudget,
    tokens: tokensOf(options.history.messages),
    messages: due,
  });
  const id = `${webhookId(session.id, epoch)}:compaction`;
  const response = await request(url, {
    method: 'POST',
    dispatcher,
    body,
    headers: {
      ...agent.headers,
      'content-type': 'application/json',
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'FleetLM/1',
      ...signatureHeaders({ id, secrets, body, atMs: wallClockMs() }),
    },
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(agent.timeoutMs)]),
  });
  const text = await boundedText(response.body);
  if (response.statusCode !== 200) throw new Error(`it answered with ${response.statusCode}`);
  const parsed = responseSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data.summary.toWellFormed();
  throw new Error(`its answer: ${z.prettifyError(parsed.error)}`);
}

async function boundedText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const bytes of body) {
    length += bytes.length;
    if (length > SUMMARY_RESPONSE_BYTES_MAX)
      throw new Error(`its answer is larger than ${SUMMARY_RESPONSE_BYTES_MAX} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reportedTokens(metadata: WebhookMessage['metadata'] | undefined): number | null {
  const usage = usageSchema.safeParse(metadata?.totalUsage ?? metadata?.usage);
  if (!usage.success) return null;
  const { inputTokens, outputTokens, totalTokens } = usage.data;
  if (totalTokens !== undefined) return totalTokens;
  return inputTokens === undefined ? null : inputTokens + (outputTokens ?? 0);
}

function estimate(messages: readonly WebhookMessage[]): number {
  const characters = messages.reduce((sum, { parts }) => sum + JSON.stringify(parts).length, 0);
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}
