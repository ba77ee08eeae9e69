import { isNestedTooDeep } from '@fleetlm/protocol/ui-stream';
import * as z from 'zod';
import { wellFormedValue } from '../../attempt/whole-characters.ts';
import type { Chunk } from '../../dispatch-api.ts';
import type {
  CompletionEvent,
  CompletionUsage,
  MessageDelta,
  ToolCallDelta,
} from './openai-chat-events.ts';

/** A function call while its arguments come in. */
interface OpenCall {
  readonly toolCallId: string;
  readonly toolName: string;
  /** Pieces of its arguments: they are put together once. */
  readonly input: string[];
}

export type TakenEvent =
  | { readonly ok: true; readonly chunks: readonly Chunk[] }
  /** What is wrong with the event; the chunks are those of what was in front of it. */
  | { readonly ok: false; readonly chunks: readonly Chunk[]; readonly detail: string };

type TextKind = 'text' | 'reasoning';

/** The chunks of one completion, event by event. */
export class CompletionChunks {
  #out: Chunk[] = [];
  #hasBegun = false;
  #isEnded = false;
  /** The text that is being written. */
  #open: { readonly kind: TextKind; readonly id: string } | null = null;
  #texts = 0;
  readonly #calls: OpenCall[] = [];
  readonly #callsById = new Map<string, OpenCall>();
  readonly #callsByIndex = new Map<number, OpenCall>();
  #finishReason: string | null = null;
  #usage: CompletionUsage | null = null;
  #model: string | null = null;

  /** The model has said how it ended; usage may follow. */
  get isFinished(): boolean {
    return this.#finishReason !== null;
  }

  /** The last chunk was given out. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  take({ id, model, choices, usage }: CompletionEvent): TakenEvent {
    this.#model ??= model?.toWellFormed() ?? null;
    this.#usage = usage ?? this.#usage;
    // One answer is asked for: others are not read.
    const choice = choices.find(({ index }) => (index ?? 0) === 0);
    const problem = this.#write(choice?.delta ?? choice?.message ?? {}, id ?? 'completion');
    if (problem !== null) return { ok: false, chunks: this.#given(), detail: problem };
    this.#finishReason = choice?.finish_reason ?? this.#finishReason;
    if (this.#finishReason !== null && this.#usage !== null) this.#end();
    return { ok: true, chunks: this.#given() };
  }

  /** The stream is done. */
  end(): readonly Chunk[] {
    this.#end();
    return this.#given();
  }

  /** The server reports an error instead of going on. */
  fail(text: string): readonly Chunk[] {
    this.#isEnded = true;
    return [{ type: 'error', errorText: text }];
  }

  #write(delta: MessageDelta, completionId: string): string | null {
    this.#writeText('reasoning', delta.reasoning_content ?? delta.reasoning);
    this.#writeText('text', delta.content);
    this.#writeText('text', delta.refusal);
    for (const call of delta.tool_calls ?? []) {
      const problem = this.#writeCall(call, completionId);
      if (problem !== null) return problem;
    }
    return null;
  }

  #writeText(kind: TextKind, text: string | null | undefined): void {
    if (text === null || text === undefined || text === '') return;
    if (this.#open?.kind !== kind) {
      this.#closeText();
      this.#open = { kind, id: `${kind}-${this.#texts}` };
      this.#texts += 1;
      this.#add({ type: `${kind}-start`, id: this.#open.id });
    }
    this.#add({ type: `${kind}-delta`, id: this.#open.id, delta: text });
  }

  #closeText(): void {
    if (this.#open === null) return;
    this.#add({ type: `${this.#open.kind}-end`, id: this.#open.id });
    this.#open = null;
  }

  #writeCall(delta: ToolCallDelta, completionId: string): string | null {
    const call = this.#known(delta) ?? this.#begun(delta, completionId);
    if (call === null) return 'a tool call has no function name';
    const piece = delta.function?.arguments;
    if (piece === null || piece === undefined || piece === '') return null;
    call.input.push(piece);
    this.#add({ type: 'tool-input-delta', toolCallId: call.toolCallId, inputTextDelta: piece });
    return null;
  }

  /** By its id, where it has one: some servers number all calls 0. */
  #known({ id, index }: ToolCallDelta): OpenCall | null {
    if (hasText(id)) return this.#callsById.get(id.toWellFormed()) ?? null;
    return this.#callsByIndex.get(index ?? 0) ?? null;
  }

  #begun({ id, index, function: called }: ToolCallDelta, completionId: string): OpenCall | null {
    if (!hasText(called?.name)) return null;
    const toolCallId = (hasText(id) ? id : `${completionId}-${this.#calls.length}`).toWellFormed();
    const call = { toolCallId, toolName: called.name.toWellFormed(), input: [] };
    this.#calls.push(call);
    this.#callsById.set(toolCallId, call);
    this.#callsByIndex.set(index ?? 0, call);
    this.#closeText();
    this.#add({ type: 'tool-input-start', toolCallId, toolName: call.toolName, dynamic: true });
    return call;
  }

  /** Nothing for a completion without content, unless content was withheld. */
  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const finishReason = knownReason(this.#finishReason);
    if (!this.#hasBegun) {
      if (finishReason === 'content-filter')
        this.#out.push({ type: 'error', errorText: 'The content filter withheld the answer.' });
      return;
    }
    this.#closeText();
    for (const call of this.#calls) this.#add(inputChunk(call));
    this.#add({ type: 'finish-step' });
    const messageMetadata = {
      ...(this.#model === null ? {} : { model: this.#model }),
      ...(finishReason === undefined ? {} : { finish_reason: finishReason }),
      ...(this.#usage === null ? {} : { usage: usageOf(this.#usage) }),
    };
    this.#add({
      type: 'finish',
      ...(finishReason === undefined ? {} : { finishReason }),
      messageMetadata,
    });
  }

  #add(chunk: Chunk): void {
    if (!this.#hasBegun) this.#out.push({ type: 'start' }, { type: 'start-step' });
    this.#hasBegun = true;
    this.#out.push(chunk);
  }

  #given(): readonly Chunk[] {
    const chunks = this.#out;
    this.#out = [];
    return chunks;
  }
}

function hasText(text: string | null | undefined): text is string {
  return text !== null && text !== undefined && text !== '';
}

/** The whole input of a call; one that is no JSON is shown as it came. */
function inputChunk({ toolCallId, toolName, input }: OpenCall): Chunk {
  const json = input.join('');
  const call = { toolCallId, toolName, dynamic: true };
  const parsed = parsedInput(json);
  return parsed.ok
    ? { type: 'tool-input-available', ...call, input: parsed.value }
    : {
        type: 'tool-input-error',
        ...call,
        input: json.toWellFormed(),
        errorText: 'The arguments of the call are no JSON.',
      };
}

function parsedInput(
  json: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  // A function without parameters may be called without arguments.
  if (json.trim() === '') return { ok: true, value: {} };
  if (isNestedTooDeep(json)) return { ok: false };
  try {
    const whole = `[${json.toWellFormed()}]`;
    // Within a list, so that no input is taken for a chunk, of whose text half characters are left.
    const values = z.tuple([z.unknown()]).parse(wellFormedValue(JSON.parse(whole), whole));
    return { ok: true, value: values[0] };
  } catch {
    return { ok: false };
  }
}

/** In the words of the AI SDK; undefined: the server did not say. */
function knownReason(
  reason: string | null,
): 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other' | undefined {
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

/** As the AI SDK names them, and as compaction reads them. */
function usageOf(usage: CompletionUsage): Readonly<Record<string, number>> {
  const counts = {
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens,
    totalTokens: usage.total_tokens,
    reasoningTokens: usage.completion_tokens_details?.reasoning_tokens,
    cachedInputTokens: usage.prompt_tokens_details?.cached_tokens,
    cost: usage.cost,
  };
  return Object.fromEntries(
    Object.entries(counts).flatMap(([name, tokens]) =>
      typeof tokens === 'number' ? [[name, tokens]] : [],
    ),
  );
}
