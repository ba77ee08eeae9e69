import { type Termination, webhookId } from '@fleetlm/protocol';
import { asSchema, uiMessageChunkSchema } from 'ai';
import type { Dispatcher } from 'undici';
import type { AgentRecord, NewMessage, Session } from '../ports.ts';
import { AttemptError, callAgent } from './agent-call.ts';
import type { StreamItem } from './answer-stream.ts';
import type { AttemptReport } from './attempt-report.ts';
import type { Chunk, DispatchPorts } from './dispatch-api.ts';
import { Exchange } from './exchange.ts';
import type { AttemptFailure } from './retry-policy.ts';
import { RunningAnswer } from './running-answer.ts';
import { webhookBody } from './webhook-body.ts';
import { signatureHeaders } from './webhook-signature.ts';

const chunkSchema = asSchema(uiMessageChunkSchema);

/** How one attempt ended. */
export type AttemptEnd =
  | {
      readonly type: 'answered';
      readonly message: NewMessage;
      readonly termination: Termination;
      /** Why it ended early; null: the agent ended it. */
      readonly failure: AttemptFailure | null;
    }
  | { readonly type: 'failed'; readonly failure: AttemptFailure }
  /** Stopped by a person or by the loss of leadership: nothing is to be committed by this attempt. */
  | { readonly type: 'dropped' };

export type AttemptObservation = Pick<
  AttemptReport,
  'startedAtMs' | 'url' | 'status' | 'firstTokenMs' | 'totalMs' | 'request' | 'response'
>;

/** One call for one piece of work. */
export class Attempt {
  readonly session: Session;
  readonly epoch: number;
  readonly attempt: number;
  readonly group: number;
  readonly answer: RunningAnswer;
  readonly #ports: DispatchPorts;
  readonly #abort = new AbortController();
  readonly #startedAt = performance.now();
  readonly #startedAtWallMs: number;
  #firstTokenAt: number | null = null;
  #exchange: Exchange | null = null;

  constructor(options: {
    readonly session: Session;
    readonly group: number;
    readonly epoch: number;
    readonly attempt: number;
    readonly ports: DispatchPorts;
  }) {
    this.session = options.session;
    this.group = options.group;
    this.epoch = options.epoch;
    this.attempt = options.attempt;
    this.#ports = options.ports;
    this.#startedAtWallMs = options.ports.wallClockMs();
    this.answer = new RunningAnswer(options.ports.newMessageId());
  }

  get dropped(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Ends the call; nothing of it is shown or committed from here on. */
  drop(): void {
    this.#abort.abort();
  }

  /** What has been said so far as a sealed message; null when nothing has. */
  partial(): NewMessage | null {
    return this.answer.hasContent ? this.#message('stop') : null;
  }

  /** What a report says of how it went. */
  observed(): AttemptObservation {
    const exchange = this.#exchange;
    return {
      startedAtMs: this.#startedAtWallMs,
      url: exchange?.url ?? null,
      status: exchange?.status ?? null,
      firstTokenMs: this.#firstTokenAt === null ? null : this.#firstTokenAt - this.#startedAt,
      totalMs: performance.now() - this.#startedAt,
      request: exchange?.request ?? null,
      response: exchange?.response ?? null,
    };
  }

  async run(agent: AgentRecord, dispatcher: Dispatcher): Promise<AttemptEnd> {
    this.#exchange = new Exchange(agent);
    try {
      const termination = await this.#stream(agent, dispatcher, this.#exchange);
      if (this.dropped) return { type: 'dropped' };
      const message = this.#message(termination);
      return { type: 'answered', message, termination, failure: null };
    } catch (error) {
      if (this.dropped) return { type: 'dropped' };
      if (!(error instanceof AttemptError)) throw error;
      // After the first word the answer stands as far as it came; before it, there is none.
      if (!this.answer.hasContent) return { type: 'failed', failure: error.failure };
      const broke = error.failure.kind === 'connection' ? 'disconnect' : 'error';
      return {
        type: 'answered',
        message: this.#message(broke),
        termination: broke,
        failure: error.failure,
      };
    }
  }

  #message(termination: Termination): NewMessage {
    return this.answer.toMessage(this.epoch, termination, {
      latencyMs: performance.now() - this.#startedAt,
      timeToFirstTokenMs: this.#firstTokenAt === null ? null : this.#firstTokenAt - this.#startedAt,
    });
  }

  async #stream(
    agent: AgentRecord,
    dispatcher: Dispatcher,
    exchange: Exchange,
  ): Promise<Termination> {
    const { session, epoch, attempt } = this;
    const history = await this.#history(agent);
    const body = webhookBody(session, { epoch, attempt }, history);
    const batches = callAgent({
      agent,
      body,
      signature: signatureHeaders({
        id: webhookId(session.id, epoch),
        secret: agent.secret,
        body,
        atMs: this.#ports.wallClockMs(),
      }),
      dispatcher,
      exchange,
      allowPrivateAddresses: this.#ports.allowPrivateAddresses,
      signal: this.#abort.signal,
    });
    for await (const items of batches) {
      for (const item of items) {
        if (this.dropped) return 'stop';
        const end = await this.#take(item);
        if (end !== null) return end;
      }
    }
    return 'disconnect';
  }

  async #history(agent: AgentRecord) {
    try {
      return await this.#ports.history(
        this.session,
        agent.messageHistoryMode,
        agent.messageHistoryLimit,
      );
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      throw new AttemptError({
        kind: 'connection',
        detail: `the history could not be read: ${detail}`,
      });
    }
  }

  /** Shows one chunk; the answer is how the message ends when this was its last. */
  async #take(item: StreamItem): Promise<Termination | null> {
    if (item.type === 'done') return this.answer.message.end === null ? 'disconnect' : 'finish';
    const chunk = await validChunk(item.value);
    if (chunk.type === 'error' && !this.answer.hasContent) {
      throw new AttemptError({ kind: 'answer', detail: String(chunk.errorText) });
    }
    const { sessionId, epoch, attempt } = {
      sessionId: this.session.id,
      epoch: this.epoch,
      attempt: this.attempt,
    };
    let index = this.answer.chunks.length;
    for (const shown of this.answer.take(chunk)) {
      if (this.answer.hasContent) this.#firstTokenAt ??= performance.now();
      this.#ports.publishChunk({ sessionId, epoch, attempt, index, chunk: shown });
      index += 1;
    }
    switch (this.answer.message.end) {
      case 'finish':
        return 'finish';
      case 'abort':
        return 'abort';
      case 'error':
        return 'error';
      case null:
        return null;
    }
  }
}

async function validChunk(value: unknown): Promise<Chunk> {
  const checked = await chunkSchema.validate?.(value);
  if (checked?.success === true && isChunk(value)) return value;
  const detail = checked?.success === false ? checked.error.message : 'not a chunk';
  throw new AttemptError({
    kind: 'answer',
    detail: `${JSON.stringify(value)?.slice(0, 120)}: ${detail.slice(0, 200)}`,
  });
}

function isChunk(value: unknown): value is Chunk {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  );
}
