import { AGENT_ADAPTERS } from '@fleetlm/protocol';
import { type Dispatcher, errors, request } from 'undici';
import { inComponent } from '../../../telemetry/component-turns.ts';
import { errorText } from '../../error-text.ts';
import type { AgentRecord } from '../../ports.ts';
import type { AttemptFailure } from '../attempt/retry-policy.ts';
import { agentAdapter } from './adapters/agent-adapters.ts';
import { checkLiteralHost, PrivateAddressError } from './address-rules.ts';
import { AnswerStreamError, type StreamItem } from './answer-stream.ts';
import type { ByteShare } from './byte-budget.ts';
import { CallLimits, describeLimit, limitCode } from './call-limits.ts';
import type { Exchange } from './exchange.ts';
import { connectionCode } from './failure-code.ts';
import { webhookUrl } from './webhook-url.ts';

/** How much of the body of a refusal is read for the report, and for how long. */
export const ERROR_BODY_BYTES_MAX = 16 * 1024;
const ERROR_BODY_LIMIT_MS = 2000;

/** Bytes of one answer that are held at most, however many it comes in: of deltas of one text only the text is kept. */
export const ANSWER_HELD_BYTES_MAX = 8 * 1024 * 1024;

/** What an answer adds to what is held of it. */
class HeldBytes {
  #bytes = 0;

  more(received: number): number {
    const before = this.#bytes;
    this.#bytes = Math.min(before + received, ANSWER_HELD_BYTES_MAX);
    return this.#bytes - before;
  }
}

/** An attempt that brought no answer, or broke one off. */
export class AttemptError extends Error {
  readonly failure: AttemptFailure;
  constructor(failure: AttemptFailure) {
    super(failure.kind);
    this.name = 'AttemptError';
    this.failure = failure;
  }
}

export interface AgentCallOptions {
  readonly agent: AgentRecord;
  readonly body: string;
  readonly signature: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
  readonly allowPrivateAddresses: boolean;
  readonly signal: AbortSignal;
  /** Is called with what went over the wire. */
  readonly exchange: Exchange;
  readonly share: ByteShare;
}

/**
 * Makes one call and yields what the agent says, in batches as they arrive. Throws AttemptError; when the
 * signal is aborted it ends without an error. Redirects are not followed.
 */
export async function* callAgent(options: AgentCallOptions): AsyncGenerator<readonly StreamItem[]> {
  const { agent, signal, exchange } = options;
  const limits = new CallLimits(agent);
  try {
    const response = await openCall({
      ...options,
      signal: AbortSignal.any([signal, limits.signal]),
    });
    // The reader of the body gets its end as an error; no other needs it, and an error without a listener ends a process.
    response.body.on('error', () => undefined);
    exchange.answered(response.statusCode, response.headers);
    await checkStatus(response, exchange);
    checkEncoding(response);
    const type = response.headers['content-type'];
    const contentType = typeof type === 'string' ? type : null;
    const stream = agentAdapter(agent.adapter).reader(contentType, options.body);
    const held = new HeldBytes();
    for await (const bytes of response.body) {
      limits.pause();
      exchange.received(bytes);
      if (!options.share.take(held.more(bytes.length)))
        throw new AnswerStreamError('too many long answers come in at once');
      const items = inComponent('dispatch', () => stream.push(bytes));
      if (items.length > 0) yield items;
      if (stream.broken !== null) throw stream.broken;
      limits.received();
    }
    limits.pause();
    yield inComponent('dispatch', () => stream.end());
    if (stream.broken !== null) throw stream.broken;
  } catch (error) {
    if (signal.aborted) return;
    const { expired } = limits;
    throw new AttemptError(
      expired === null
        ? failureOf(error)
        : { kind: 'timeout', code: limitCode(expired), detail: errorText(describeLimit(expired)) },
    );
  } finally {
    limits.end();
  }
}

/** Sends the request, for an attempt or a test; resolves with the beginning of the answer. */
export function openCall(
  options: Omit<AgentCallOptions, 'agent' | 'share'> & {
    readonly agent: Pick<
      AgentRecord,
      'originUrl' | 'webhookPath' | 'headers' | 'adapter' | 'apiKey'
    >;
  },
): Promise<Dispatcher.ResponseData> {
  const { agent, signal } = options;
  const url = webhookUrl(agent);
  if (!options.allowPrivateAddresses) checkLiteralHost(url);
  const headers = {
    ...agent.headers,
    ...authorization(agent),
    'content-type': 'application/json',
    accept: agentAdapter(agent.adapter).accept,
    'accept-encoding': 'identity',
    'user-agent': 'FleetLM/1',
    ...options.signature,
  };
  options.exchange.requested(url, headers, options.body);
  return request(url, {
    method: 'POST',
    headers,
    body: options.body,
    dispatcher: options.dispatcher,
    signal,
  });
}

/** A webhook is signed; what needs a model needs the key of its provider, too. */
function authorization({
  adapter,
  apiKey,
}: Pick<AgentRecord, 'adapter' | 'apiKey'>): Readonly<Record<string, string>> {
  if (apiKey === null || !AGENT_ADAPTERS[adapter].usesModel) return {};
  return { authorization: `Bearer ${apiKey}` };
}

/** Throws for everything but a success, when the beginning of the body is read for the report. */
async function checkStatus(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  exchange: Exchange,
): Promise<void> {
  if (statusCode >= 200 && statusCode < 300) return;
  const limit = setTimeout(() => body.destroy(), ERROR_BODY_LIMIT_MS);
  let bytesLeft = ERROR_BODY_BYTES_MAX;
  try {
    for await (const bytes of body) {
      exchange.received(bytes);
      bytesLeft -= bytes.length;
      if (bytesLeft <= 0) break;
    }
  } catch (error) {
    // The status is the failure; a body that breaks off adds nothing to it.
    if (!(error instanceof Error)) throw error;
  } finally {
    clearTimeout(limit);
  }
  const retryAfter = headers['retry-after'];
  throw new AttemptError({
    kind: 'status',
    status: statusCode,
    retryAfter: typeof retryAfter === 'string' ? errorText(retryAfter) : null,
  });
}

/** Nothing is unpacked, so that a small answer can't become a large one here. */
function checkEncoding({ headers, body }: Dispatcher.ResponseData): void {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return;
  body.destroy();
  throw new AnswerStreamError(
    `it is packed (${String(encoding).slice(0, 40)}), which was not asked for`,
  );
}

export function failureOf(error: unknown): AttemptFailure {
  if (error instanceof AttemptError) return error.failure;
  if (error instanceof AnswerStreamError)
    return { kind: 'answer', code: 'invalid_answer', detail: errorText(error) };
  if (error instanceof PrivateAddressError)
    return { kind: 'refused', code: 'private_address', detail: errorText(error) };
  if (error instanceof errors.ConnectTimeoutError)
    return { kind: 'timeout', code: 'connect_timeout', detail: errorText('no connection') };
  if (error instanceof Error && error.cause instanceof PrivateAddressError)
    return { kind: 'refused', code: 'private_address', detail: errorText(error.cause) };
  return { kind: 'connection', code: connectionCode(error), detail: errorText(error) };
}
