import { type EndpointReply, examineReply, type Finding } from '@fleetlm/agent/doctor';
import { type AgentAdapterName, webhookId } from '@fleetlm/protocol';
import type { UiPart } from '@fleetlm/protocol/ui-stream';
import type { Dispatcher } from 'undici';
import { errorText } from '../../error-text.ts';
import type { AgentRecord } from '../../ports.ts';
import type { AttemptReport } from '../attempt/attempt-report.ts';
import { type AttemptFailure, describeFailure, failureCode } from '../attempt/retry-policy.ts';
import { agentAdapter } from '../call/adapters/agent-adapters.ts';
import { AttemptError, failureOf, openCall } from '../call/agent-call.ts';
import { CallLimits, describeLimit, limitCode } from '../call/call-limits.ts';
import { Exchange } from '../call/exchange.ts';
import { createHttpAgent } from '../call/http-pools.ts';
import { signatureHeaders } from '../call/webhook-signature.ts';
import { examineTranslated } from './examine-translated.ts';
import { type TestConversation, testBody } from './test-conversation.ts';
import { type TestedChunk, TestReading } from './test-reading.ts';

/** Test calls of a node at once; more are refused. */
export const TEST_CALLS_MAX = 8;
/** A test call ends after so long, whatever the agent may take otherwise. */
export const TEST_LIMIT_MS = 30_000;
/** Bytes of an answer that a test reads. */
export const TEST_BYTES_MAX = 256 * 1024;

/** As much of a registration as a call needs. */
export type TestedAgent = Pick<
  AgentRecord,
  | 'id'
  | 'originUrl'
  | 'webhookPath'
  | 'headers'
  | 'timeoutMs'
  | 'connectTimeoutMs'
  | 'idleTimeoutMs'
  | 'totalTimeoutMs'
  | 'adapter'
  | 'model'
  | 'apiKey'
  | 'messageHistoryMode'
  | 'messageHistoryParts'
  | 'messageHistoryLimit'
>;

export interface TestCall extends TestConversation {
  readonly agent: TestedAgent;
  /** In the clear, the newest first. */
  readonly secrets: readonly string[];
  /** False: they were made up, so an agent that checks signatures has to refuse the call. */
  readonly isSecretKnown: boolean;
}

/** What a test call came to. Durations in milliseconds. */
export interface TestReport
  extends Pick<AttemptReport, 'status' | 'firstByteMs' | 'firstTokenMs' | 'totalMs' | 'url'> {
  /** Nothing is wrong; there may be warnings. */
  readonly isHealthy: boolean;
  readonly request: AttemptReport['request'];
  readonly response: AttemptReport['response'];
  /** Of the connection, the time, or the status; what is wrong with the answer is among the findings. */
  readonly failure: {
    readonly code: ReturnType<typeof failureCode>;
    readonly detail: string;
  } | null;
  readonly chunks: readonly TestedChunk[];
  /** All that came, also those that are not reported. */
  readonly chunkCount: number;
  readonly findings: readonly Finding[];
  /** The conversation that it was about; another call may go on with it. */
  readonly sessionId: string;
  /** The parts of the message of the assembled answer; null: no content. */
  readonly answer: readonly UiPart[] | null;
}

export interface TestCallerPorts {
  readonly allowPrivateAddresses: boolean;
  readonly newSessionUlid: () => string;
  readonly newMessageId: () => string;
  readonly wallClockMs: () => number;
}

/** Calls an agent once, by the way that every call takes, and reports all of it. */
export class TestCaller {
  readonly #ports: TestCallerPorts;
  #running = 0;

  constructor(ports: TestCallerPorts) {
    this.#ports = ports;
  }

  /** Null: there are too many test calls already. Never rejects for what the agent does. */
  async call(call: TestCall): Promise<TestReport | null> {
    if (this.#running >= TEST_CALLS_MAX) return null;
    this.#running += 1;
    const { connectTimeoutMs } = call.agent;
    const http = createHttpAgent(connectTimeoutMs, this.#ports.allowPrivateAddresses);
    try {
      return await this.#call(call, http);
    } finally {
      this.#running -= 1;
      await http.destroy();
    }
  }

  async #call(call: TestCall, dispatcher: Dispatcher): Promise<TestReport> {
    const { agent, secrets, isSecretKnown } = call;
    const { newSessionUlid, newMessageId, wallClockMs } = this.#ports;
    const sample = await testBody(call, { newSessionUlid, newMessageId, wallClockMs });
    const { sessionId, epoch, body } = sample;
    const exchange = new Exchange(agent, secrets);
    const limits = new CallLimits({
      timeoutMs: Math.min(agent.timeoutMs, TEST_LIMIT_MS),
      idleTimeoutMs: agent.idleTimeoutMs,
      totalTimeoutMs: Math.min(agent.totalTimeoutMs ?? TEST_LIMIT_MS, TEST_LIMIT_MS),
    });
    const answer = new TestAnswer(exchange, agent.adapter, body);
    let failure: AttemptFailure | null = null;
    try {
      const id = webhookId(sessionId, epoch);
      const signature = signatureHeaders({ id, secrets, body, atMs: wallClockMs() });
      const response = await openCall({
        agent,
        body,
        signature: { 'fleetlm-test': 'true', ...signature },
        dispatcher,
        allowPrivateAddresses: this.#ports.allowPrivateAddresses,
        signal: limits.signal,
        exchange,
      });
      response.body.on('error', () => undefined);
      await answer.read(response, limits);
    } catch (error) {
      const { expired } = limits;
      failure =
        expired === null
          ? failureOf(error)
          : {
              kind: 'timeout',
              code: limitCode(expired),
              detail: errorText(describeLimit(expired)),
            };
    } finally {
      limits.end();
    }
    const { status } = exchange;
    if (failure === null && status !== null && (status < 200 || status >= 300))
      failure = { kind: 'status', status, retryAfter: null };
    return answer.report(failure, isSecretKnown, sessionId);
  }
}

/** The answer to a test call while it comes in. */
class TestAnswer {
  readonly #exchange: Exchange;
  readonly #adapter: AgentAdapterName;
  /** The body of the call. */
  readonly #sent: string;
  readonly #startedAt = performance.now();
  #reading: TestReading | null = null;
  #headers = new Headers();
  readonly #decoder = new TextDecoder();
  #text = '';
  #pieces = 0;
  #bytes = 0;
  #firstBodyByteMs: number | null = null;

  constructor(exchange: Exchange, adapter: AgentAdapterName, sent: string) {
    this.#exchange = exchange;
    this.#adapter = adapter;
    this.#sent = sent;
  }

  get #nowMs(): number {
    return performance.now() - this.#startedAt;
  }

  async read(
    { statusCode, headers, body }: Dispatcher.ResponseData,
    limits: CallLimits,
  ): Promise<void> {
    this.#exchange.answered(statusCode, headers);
    for (const name of ['content-type', 'location']) {
      const value = headers[name];
      if (typeof value === 'string') this.#headers.set(name, value);
    }
    const redacted = (text: string): string => this.#exchange.redacted(text);
    const isAnswer = statusCode >= 200 && statusCode < 300;
    const { reader } = agentAdapter(this.#adapter);
    const reading = isAnswer
      ? new TestReading(reader(this.#headers.get('content-type'), this.#sent), redacted)
      : null;
    this.#reading = reading;
    for await (const bytes of body) {
      limits.pause();
      this.#firstBodyByteMs ??= this.#nowMs;
      this.#pieces += 1;
      this.#bytes += bytes.length;
      this.#exchange.received(bytes);
      this.#text += this.#decoder.decode(bytes, { stream: true });
      reading?.push(bytes, this.#nowMs);
      if (this.#bytes > TEST_BYTES_MAX)
        throw new AttemptError({
          kind: 'answer',
          code: 'invalid_answer',
          detail: errorText(`a test reads ${TEST_BYTES_MAX} bytes and no more`),
        });
      limits.received();
    }
    reading?.end(this.#nowMs);
  }

  report(failure: AttemptFailure | null, isSecretKnown: boolean, sessionId: string): TestReport {
    const { url, status, firstByteMs, request, response } = this.#exchange;
    const totalMs = this.#nowMs;
    const detail = failure === null ? null : this.#exchange.redacted(describeFailure(failure));
    const findings = this.#examined(this.#reply(failure, detail, totalMs), isSecretKnown).map(
      (finding) => ({ ...finding, found: this.#exchange.redacted(finding.found) }),
    );
    return {
      isHealthy: failure === null && findings.every(({ verdict }) => verdict !== 'wrong'),
      url,
      status,
      firstByteMs,
      firstTokenMs: this.#reading?.firstTokenMs ?? null,
      totalMs,
      request,
      response,
      failure: failure === null || detail === null ? null : { code: failureCode(failure), detail },
      chunks: this.#reading?.chunks ?? [],
      chunkCount: this.#reading?.count ?? 0,
      findings,
      sessionId,
      answer: this.#reading?.parts ?? null,
    };
  }

  #examined(reply: EndpointReply, isSecretKnown: boolean): readonly Finding[] {
    return this.#adapter === 'ai-sdk'
      ? examineReply(reply, isSecretKnown)
      : examineTranslated(this.#adapter, reply, this.#reading);
  }

  #reply(failure: AttemptFailure | null, detail: string | null, totalMs: number): EndpointReply {
    const { status } = this.#exchange;
    if (status === null) return { type: 'unreachable', detail: detail ?? 'no answer came' };
    return {
      type: 'response',
      status,
      headers: this.#headers,
      text: this.#text,
      pieces: this.#pieces,
      firstByteMs: this.#firstBodyByteMs,
      totalMs,
      broke: failure === null || failure.kind === 'status' ? null : detail,
    };
  }
}
