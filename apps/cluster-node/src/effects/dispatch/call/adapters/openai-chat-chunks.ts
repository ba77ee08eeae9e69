import { errorText } from '../../../error-text.ts';
import type { Chunk } from '../../dispatch-api.ts';
import {
  type CompletionUsage,
  completionEventSchema,
  errorEventSchema,
  type MessageDelta,
  type ToolCallDelta,
} from './openai-chat-events.ts';
import {
  type FinishReason,
  hasText,
  type OpenCall,
  ReplyWriter,
  tokenCounts,
} from './reply-writer.ts';
import { type EventTranslation, type TakenEvent, wrongEvent } from './translated-reader.ts';

/** The chunks of one completion, event by event. */
export class CompletionChunks implements EventTranslation {
  readonly #writer = new ReplyWriter();
  readonly #callsById = new Map<string, OpenCall>();
  readonly #callsByIndex = new Map<number, OpenCall>();
  #finishReason: string | null = null;
  #usage: CompletionUsage | null = null;
  #model: string | null = null;

  get isEnded(): boolean {
    return this.#writer.isEnded;
  }

  take(value: unknown): TakenEvent {
    const error = errorEventSchema.safeParse(value);
    if (error.success) {
      this.#writer.fail(errorText(error.data));
      return { ok: true, chunks: this.#writer.given() };
    }
    const event = completionEventSchema.safeParse(value);
    if (!event.success)
      return {
        ok: false,
        chunks: [],
        detail: wrongEvent(value, 'chat.completion.chunk', event.error.issues),
      };
    const { id, model, choices, usage } = event.data;
    this.#model ??= model?.toWellFormed() ?? null;
    this.#usage = usage ?? this.#usage;
    // One answer is asked for: others are not read.
    const choice = choices.find(({ index }) => (index ?? 0) === 0);
    const problem = this.#write(choice?.delta ?? choice?.message ?? {}, id ?? 'completion');
    if (problem !== null) return { ok: false, chunks: this.#writer.given(), detail: problem };
    this.#finishReason = choice?.finish_reason ?? this.#finishReason;
    if (this.#finishReason !== null && this.#usage !== null) this.#end();
    return { ok: true, chunks: this.#writer.given() };
  }

  /** Some servers end the connection instead of sending [DONE]: the model has said how it ended all the same. */
  end(isClosed: boolean): readonly Chunk[] {
    if (!isClosed || this.#finishReason !== null) this.#end();
    return this.#writer.given();
  }

  #write(delta: MessageDelta, completionId: string): string | null {
    this.#writer.write('reasoning', delta.reasoning_content ?? delta.reasoning);
    this.#writer.write('text', delta.content);
    this.#writer.write('text', delta.refusal);
    for (const call of delta.tool_calls ?? []) {
      const problem = this.#writeCall(call, completionId);
      if (problem !== null) return problem;
    }
    return null;
  }

  #writeCall(delta: ToolCallDelta, completionId: string): string | null {
    const call = this.#known(delta) ?? this.#begun(delta, completionId);
    if (call === null) return 'a tool call has no function name';
    this.#writer.writeInput(call, delta.function?.arguments);
    return null;
  }

  /** By its id, where it has one: some servers number all calls 0. */
  #known({ id, index }: ToolCallDelta): OpenCall | null {
    if (hasText(id)) return this.#callsById.get(id.toWellFormed()) ?? null;
    return this.#callsByIndex.get(index ?? 0) ?? null;
  }

  #begun({ id, index, function: called }: ToolCallDelta, completionId: string): OpenCall | null {
    if (!hasText(called?.name)) return null;
    const callId = hasText(id) ? id : `${completionId}-${this.#writer.calls.length}`;
    const call = this.#writer.beginCall(callId, called.name);
    this.#callsById.set(call.toolCallId, call);
    this.#callsByIndex.set(index ?? 0, call);
    return call;
  }

  #end(): void {
    const finishReason = knownReason(this.#finishReason);
    this.#writer.end(finishReason, {
      ...(this.#model === null ? {} : { model: this.#model }),
      ...(finishReason === undefined ? {} : { finish_reason: finishReason }),
      ...(this.#usage === null ? {} : { usage: usageOf(this.#usage) }),
    });
  }
}

/** Undefined: the server did not say. */
function knownReason(reason: string | null): FinishReason | undefined {
  switch (reason) {
    case null:
      return undefined;
    case 'stop':
    case 'length':
    case 'error':
      return reason;
    case 'content_filter':
      return 'content-filter';
    case 'tool_calls':
    case 'function_call':
      return 'tool-calls';
    default:
      return 'other';
  }
}

function usageOf(usage: CompletionUsage): Readonly<Record<string, number>> {
  return tokenCounts({
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens,
    totalTokens: usage.total_tokens,
    reasoningTokens: usage.completion_tokens_details?.reasoning_tokens,
    cachedInputTokens: usage.prompt_tokens_details?.cached_tokens,
    cost: usage.cost,
  });
}
