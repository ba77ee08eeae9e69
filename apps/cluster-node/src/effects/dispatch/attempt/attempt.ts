import { type Termination, webhookId } from '@fleetlm/protocol';
import { titleInChunk } from '@fleetlm/protocol/session-title';
import type { Dispatcher } from 'undici';
import { inComponent } from '../../../telemetry/component-turns.ts';
import { errorText } from '../../error-text.ts';
import {
  type AgentRecord,
  ArchiveUnavailableError,
  type NewMessage,
  type Session,
} from '../../ports.ts';
import { callBody } from '../call/adapters/agent-adapters.ts';
import { AttemptError, callAgent } from '../call/agent-call.ts';
import type { StreamItem } from '../call/answer-stream.ts';
import type { ByteShare } from '../call/byte-budget.ts';
import { Exchange } from '../call/exchange.ts';
import type { AgentHistory } from '../call/webhook-body.ts';
import { signatureHeaders } from '../call/webhook-signature.ts';
import type { Chunk, DispatchPorts, LiveChunk } from '../dispatch-api.ts';
import type { Gate } from '../gate.ts';
import { compact, dueMessages } from '../history/compaction.ts';
import { agentOfSession } from '../history/context-overrides.ts';
import type { AttemptReport } from './attempt-report.ts';
import { Checkpointer } from './checkpointer.ts';
import type { ChunkThrottle } from './chunk-throttle.ts';
import { mergedBatch } from './merged-batch.ts';
import { ReasoningTime } from './reasoning-time.ts';
import type { AttemptFailure } from './retry-policy.ts';
import { type AnswerTimes, RunningAnswer } from './running-answer.ts';
import type { AgentPrices } from './token-usage.ts';
import type { TurnSlices } from './turn-slices.ts';
import { checkChunk } from './valid-chunk.ts';

/** How long an agent may take to end its response after its last chunk. */
const DRAIN_LIMIT_MS = 2_000;

/** How one attempt ended. */
export type AttemptEnd =
  | {
      readonly type: 'answered';
      /** What the agent calls the conversation; null: it did not say. */
      readonly title: string | null;
      readonly message: NewMessage;
      readonly termination: Termination;
      /** Why it ended early; null: the agent ended it. */
      readonly failure: AttemptFailure | null;
    }
  | { readonly type: 'failed'; readonly failure: AttemptFailure }
  /** Stopped by a user or by the loss of leadership: nothing is to be committed by this attempt. */
  | { readonly type: 'dropped' };

export type AttemptObservation = Pick<
  AttemptReport,
  | 'startedAtMs'
  | 'throughSeq'
  | 'url'
  | 'status'
  | 'firstByteMs'
  | 'firstTokenMs'
  | 'totalMs'
  | 'request'
  | 'response'
>;

export interface AttemptOptions {
  readonly session: Session;
  readonly group: number;
  readonly epoch: number;
  readonly attempt: number;
  /** The same for every attempt that goes on with what was already on the screen. */
  readonly messageId: string;
  /** Something of this epoch is on the screen: nothing replaces it before the first content. */
  readonly isContinued: boolean;
  readonly gate: Gate;
  readonly share: ByteShare;
  readonly throttle: ChunkThrottle;
  readonly slices: TurnSlices;
  readonly ports: DispatchPorts;
}

/** One call for one piece of work. */
export class Attempt {
  readonly session: Session;
  readonly epoch: number;
  readonly attempt: number;
  readonly group: number;
  readonly answer: RunningAnswer;
  readonly #gate: Gate;
  readonly #share: ByteShare;
  readonly #throttle: ChunkThrottle;
  readonly #slices: TurnSlices;
  readonly #ports: DispatchPorts;
  readonly #checkpointer: Checkpointer;
  readonly #hangUp = new AbortController();
  #dropped = false;
  readonly #startedAt = performance.now();
  readonly #startedAtWallMs: number;
  readonly #throughSeq: number | null;
  #firstTokenAt: number | null = null;
  readonly #isContinued: boolean;
  #title: string | null = null;
  readonly #reasoning = new ReasoningTime();
  /** Chunks that wait for the first content. */
  #unshown: LiveChunk[] = [];
  #exchange: Exchange | null = null;
  #prices: AgentPrices | null = null;

  constructor(options: AttemptOptions) {
    this.session = options.session;
    this.group = options.group;
    this.epoch = options.epoch;
    this.attempt = options.attempt;
    this.#isContinued = options.isContinued;
    this.#gate = options.gate;
    this.#share = options.share;
    this.#throttle = options.throttle;
    this.#slices = options.slices;
    this.#ports = options.ports;
    this.#startedAtWallMs = options.ports.wallClockMs();
    const { dispatch } = options.session;
    this.#throughSeq = dispatch.status === 'running' ? dispatch.throughSeq : null;
    this.answer = new RunningAnswer(options.messageId);
    this.#checkpointer = new Checkpointer(options);
  }

  get dropped(): boolean {
    return this.#dropped;
  }

  get checkpoints(): number {
    return this.#checkpointer.written;
  }

  /** Ends the call; nothing of it is shown or committed from here on. */
  drop(): void {
    this.#dropped = true;
    this.#hangUp.abort();
    this.#checkpointer.end();
  }

  /** Checkpoints what was streamed so far, for the node that takes the work up. */
  async handOver(): Promise<void> {
    await this.#checkpointer.finish();
    this.drop();
  }

  /** What has been streamed so far, sealed. */
  sealed(termination: Termination): NewMessage {
    return this.#message(termination);
  }

  /** Whether users see this attempt, and not what was there before it. */
  get isShown(): boolean {
    return this.#unshown.length === 0 && this.answer.nextIndex > 0;
  }

  /** What a report says of how it went. */
  observed(): AttemptObservation {
    const exchange = this.#exchange;
    return {
      startedAtMs: this.#startedAtWallMs,
      throughSeq: this.#throughSeq,
      url: exchange?.url ?? null,
      status: exchange?.status ?? null,
      firstByteMs: exchange?.firstByteMs ?? null,
      firstTokenMs: this.#firstTokenAt === null ? null : this.#firstTokenAt - this.#startedAt,
      totalMs: performance.now() - this.#startedAt,
      request: exchange?.request ?? null,
      response: exchange?.response ?? null,
    };
  }

  /** Never rejects: whatever is thrown on the way is an attempt that failed. */
  async run(agent: AgentRecord, dispatcher: Dispatcher): Promise<AttemptEnd> {
    this.#prices = agent;
    try {
      const { termination, failure } = await this.#called(agent, dispatcher);
      await this.#gate.passed();
      if (this.dropped) return { type: 'dropped' };
      // After the first content the answer stands as far as it came; before it, there is none.
      if (failure !== null && !this.answer.hasContent) return { type: 'failed', failure };
      const message = this.#kept(termination);
      return { type: 'answered', title: this.#title, message, termination, failure };
    } finally {
      this.#checkpointer.end();
    }
  }

  async #called(
    agent: AgentRecord,
    dispatcher: Dispatcher,
  ): Promise<{ readonly termination: Termination; readonly failure: AttemptFailure | null }> {
    try {
      const secrets = this.#ports.signingSecrets(agent);
      const opened = this.#ports.withKey(agent);
      if (secrets === null || opened === null)
        return { termination: 'error', failure: SECRET_UNREADABLE };
      const exchange = new Exchange(opened, secrets);
      this.#exchange = exchange;
      return {
        termination: await this.#stream(opened, dispatcher, exchange, secrets),
        failure: null,
      };
    } catch (error) {
      // The connection is of no use any more, and the agent is to know.
      this.#hangUp.abort();
      const failure = this.#failureOf(error);
      return { termination: failure.kind === 'connection' ? 'disconnect' : 'error', failure };
    }
  }

  #failureOf(error: unknown): AttemptFailure {
    if (error instanceof AttemptError) return withoutSecrets(error.failure, this.#exchange);
    this.#ports.onError(error);
    return { kind: 'internal' };
  }

  #kept(termination: Termination): NewMessage {
    try {
      return this.#message(termination);
    } catch (error) {
      this.#ports.onError(error);
      return this.excerpt();
    }
  }

  /** The beginning of its text, for an answer that can't be kept in any other way. */
  excerpt(): NewMessage {
    return this.answer.excerpt(this.epoch, this.#times());
  }

  #message(termination: Termination): NewMessage {
    return this.answer.toMessage(this.epoch, termination, this.#times());
  }

  #times(): AnswerTimes {
    return {
      latencyMs: performance.now() - this.#startedAt,
      timeToFirstTokenMs: this.#firstTokenAt === null ? null : this.#firstTokenAt - this.#startedAt,
      ...this.#reasoning.spent(performance.now()),
      prices: this.#prices,
    };
  }

  async #stream(
    agent: AgentRecord,
    dispatcher: Dispatcher,
    exchange: Exchange,
    secrets: readonly string[],
  ): Promise<Termination> {
    const { session, epoch, attempt } = this;
    const own = agentOfSession(agent, session);
    const history = await this.#compacted(own, dispatcher, secrets, await this.#history(own));
    if (history.continues !== null) this.answer.goOnWith(history.continues);
    const body = callBody(agent, { session, work: { epoch, attempt }, history });
    const batches = callAgent({
      agent,
      body,
      signature: signatureHeaders({
        id: webhookId(session.id, epoch),
        secrets,
        body,
        atMs: this.#ports.wallClockMs(),
      }),
      dispatcher,
      exchange,
      share: this.#share,
      allowPrivateAddresses: this.#ports.allowPrivateAddresses,
      signal: this.#hangUp.signal,
    });
    // Not `for await`: leaving such a loop breaks the connection off, and the agent would take that for an abort.
    for (let batch = await batches.next(); batch.done !== true; batch = await batches.next()) {
      const slice = this.#slices.begin();
      for (const item of mergedBatch(batch.value)) {
        if (slice.isOver()) await slice.next();
        if (!this.#gate.isOpen) await this.#gate.passed();
        if (this.dropped) return 'stop';
        const end = inComponent('dispatch', () => this.#take(item));
        if (end === null) continue;
        void this.#drain(batches);
        return end;
      }
      await this.#throttle.kept(agent.id, batch.value.length, slice.spentMs());
    }
    return this.#ended(exchange);
  }

  /** The answer is complete; what the agent still sends is of no interest, but its end is. */
  async #drain(batches: AsyncGenerator<unknown>): Promise<void> {
    const limit = setTimeout(() => this.#hangUp.abort(), DRAIN_LIMIT_MS);
    try {
      while ((await batches.next()).done !== true);
    } catch (error) {
      // The answer is there: how its connection ends is no failure of the attempt.
      if (!(error instanceof AttemptError)) this.#ports.onError(error);
    } finally {
      clearTimeout(limit);
    }
  }

  /** The history, compacted first when it has grown too long. */
  async #compacted(
    agent: AgentRecord,
    dispatcher: Dispatcher,
    secrets: readonly string[],
    history: AgentHistory,
  ): Promise<AgentHistory> {
    const due = dueMessages(agent, history);
    if (due === null) return history;
    const { session, epoch } = this;
    const { allowPrivateAddresses, wallClockMs } = this.#ports;
    const { signal } = this.#hangUp;
    const shared = { agent, dispatcher, secrets, history, allowPrivateAddresses, wallClockMs };
    const outcome = await compact({ ...shared, session, epoch, signal }, due);
    if (outcome.type === 'failed') {
      // What came instead of a summary is quoted, and it may quote what was sent.
      this.answer.noteCompaction({
        error: this.#exchange?.redactedError(outcome.error) ?? outcome.error,
      });
      return history;
    }
    this.answer.noteCompaction(outcome.compaction);
    return outcome.history;
  }

  async #history(agent: AgentRecord) {
    try {
      return await this.#ports.history(this.session, agent);
    } catch (error) {
      // That Postgres is away is known elsewhere; what it says is not for agents' owners and users.
      if (!(error instanceof ArchiveUnavailableError)) this.#ports.onError(error);
      throw new AttemptError({
        kind: 'history',
        code: 'history_unavailable',
        detail: errorText('the history could not be read'),
      });
    }
  }

  /** The stream ended without saying how. Before the first content that is no answer, whatever its status. */
  #ended({ status, response }: Pick<Exchange, 'status' | 'response'>): Termination {
    if (this.answer.message.end !== null) return 'finish';
    if (this.answer.hasContent || this.dropped) return 'disconnect';
    const type = response?.headers['content-type'] ?? 'none';
    throw new AttemptError({
      kind: 'answer',
      code: 'empty_answer',
      detail: errorText(`it ended before any content (status ${status}, content type ${type})`),
    });
  }

  /** Shows one chunk; the answer is how the message ends when this was its last. */
  #take(item: StreamItem): Termination | null {
    if (item.type === 'done') return this.#ended(this.#exchange ?? NO_EXCHANGE);
    const chunk = validChunk(item.value);
    this.#title = titleInChunk(chunk) ?? this.#title;
    this.#reasoning.take(chunk.type, performance.now());
    if (chunk.type === 'error' && !this.answer.hasContent)
      throw new AttemptError({
        kind: 'answer',
        code: 'error_chunk',
        detail: errorText(chunk.errorText),
      });
    this.#show(chunk.type === 'error' ? this.#withoutSecrets(chunk) : chunk);
    return this.answer.message.end;
  }

  /** An error that is shown may quote what the agent was sent, as one that is reported may. */
  #withoutSecrets(chunk: Chunk): Chunk {
    const text = errorText(chunk.errorText);
    return { ...chunk, errorText: this.#exchange?.redactedError(text) ?? text };
  }

  #show(chunk: Chunk): void {
    const { epoch, attempt } = this;
    const sessionId = this.session.id;
    let index = this.answer.nextIndex;
    const taken = this.answer.take(chunk);
    if (!taken.ok) throw invalidAnswer(taken.protocolError);
    for (const shown of taken.shown) {
      if (this.answer.hasContent) this.#firstTokenAt ??= performance.now();
      this.#unshown.push({ sessionId, epoch, attempt, index, chunk: shown });
      index += 1;
    }
    if (this.#isContinued && !this.answer.hasContent) return;
    const live = this.#unshown;
    this.#unshown = [];
    for (const one of live) {
      this.#checkpointer.shown(one.chunk);
      this.#ports.publishChunk(one);
    }
  }
}

/** What an agent sent wrong is quoted, and it may have quoted what it was sent. */
function withoutSecrets(failure: AttemptFailure, exchange: Exchange | null): AttemptFailure {
  if (exchange === null || !('detail' in failure)) return failure;
  return { ...failure, detail: exchange.redactedError(failure.detail) };
}

const SECRET_UNREADABLE: AttemptFailure = {
  kind: 'history',
  code: 'secret_unreadable',
  detail: errorText('this node has no key that decrypts the signing secret'),
};
const NO_EXCHANGE: Pick<Exchange, 'status' | 'response'> = { status: null, response: null };

function validChunk(value: unknown): Chunk {
  const checked = checkChunk(value);
  if (checked.ok) return checked.chunk;
  throw invalidAnswer(checked.detail);
}

function invalidAnswer(detail: string): AttemptError {
  return new AttemptError({ kind: 'answer', code: 'invalid_answer', detail: errorText(detail) });
}
