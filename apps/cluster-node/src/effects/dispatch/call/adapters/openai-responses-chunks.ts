import { isObject } from '@fleetlm/protocol/ui-stream';
import type * as z from 'zod';
import { errorText } from '../../../error-text.ts';
import type { Chunk } from '../../dispatch-api.ts';
import {
  type Annotation,
  RESPONSE_EVENTS,
  type ResponseDelta,
  type ResponseItem,
  type ResponseObject,
  type ResponseUsage,
  responseSchema,
} from './openai-responses-events.ts';
import {
  type FinishReason,
  hasText,
  type OpenCall,
  ReplyWriter,
  tokenCounts,
} from './reply-writer.ts';
import { type EventTranslation, quoted, type TakenEvent, wrongEvent } from './translated-reader.ts';

const FAILED = 'The server reported an error without saying which.';
/** An image as the `image_generation_call` gives it. */
const IMAGE_TYPE = 'image/png';

/** Thrown within one event; `take` reports it. */
class WrongEventError extends Error {}

/** The chunks of one response, event by event. */
export class ResponseChunks implements EventTranslation {
  readonly #writer = new ReplyWriter();
  /** Calls of functions by the id and by the index of their item: servers name one of the two. */
  readonly #calls = new Map<string, OpenCall>();
  /** Texts that came in deltas: at their end they are not written again. */
  readonly #streamed = new Set<string>();
  #sources = 0;

  get isEnded(): boolean {
    return this.#writer.isEnded;
  }

  take(value: unknown): TakenEvent {
    try {
      this.#take(value);
      return { ok: true, chunks: this.#writer.given() };
    } catch (error) {
      if (!(error instanceof WrongEventError)) throw error;
      return { ok: false, chunks: this.#writer.given(), detail: error.message };
    }
  }

  /** Only `response.completed` and its like say how a response ended. */
  end(): readonly Chunk[] {
    if (!this.#writer.hasBegun) this.#writer.end(undefined, {});
    return this.#writer.given();
  }

  #take(value: unknown): void {
    const type = isObject(value) ? value.type : undefined;
    // Of servers that do not stream.
    if (isObject(value) && type === undefined && value.object === 'response') {
      this.#complete(parsed(responseSchema, value));
      return;
    }
    switch (type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        this.#delta('text', parsed(RESPONSE_EVENTS.delta, value));
        return;
      case 'response.reasoning_text.delta':
      case 'response.reasoning_summary_text.delta':
        this.#delta('reasoning', parsed(RESPONSE_EVENTS.delta, value));
        return;
      case 'response.output_text.done':
      case 'response.refusal.done': {
        const event = parsed(RESPONSE_EVENTS.whole, value);
        const key = keyOf(event);
        if (!this.#streamed.has(key)) this.#writer.write('text', event.text ?? event.refusal, key);
        this.#streamed.add(key);
        return;
      }
      case 'response.output_text.annotation.added':
        this.#source(parsed(RESPONSE_EVENTS.annotation, value).annotation);
        return;
      case 'response.output_item.added': {
        const { item, output_index } = parsed(RESPONSE_EVENTS.item, value);
        if (item.type === 'function_call') this.#beginCall(item, output_index ?? null);
        return;
      }
      case 'response.function_call_arguments.delta': {
        const event = parsed(RESPONSE_EVENTS.delta, value);
        this.#writer.writeInput(this.#callOf(event, value), event.delta);
        return;
      }
      case 'response.function_call_arguments.done': {
        const event = parsed(RESPONSE_EVENTS.arguments, value);
        const call = this.#callOf(event, value);
        if (call.input.length === 0) this.#writer.writeInput(call, event.arguments);
        this.#writer.completeCall(call);
        return;
      }
      case 'response.output_item.done': {
        const { item, output_index } = parsed(RESPONSE_EVENTS.item, value);
        this.#itemDone(item, output_index ?? null);
        return;
      }
      case 'response.completed':
      case 'response.incomplete':
        this.#complete(parsed(RESPONSE_EVENTS.response, value).response);
        return;
      case 'response.failed': {
        const { response } = parsed(RESPONSE_EVENTS.response, value);
        this.#writer.fail(errorText(response.error?.message ?? FAILED));
        return;
      }
      case 'error': {
        const event = parsed(RESPONSE_EVENTS.error, value);
        this.#writer.fail(errorText(event.message ?? event.error?.message ?? FAILED));
        return;
      }
      default:
        // Newer kinds of events are passed over; what belongs to another protocol is not.
        if (typeof type === 'string' && /^(?:response\.|keepalive$)/.test(type)) return;
        this.#other(value);
    }
  }

  /** An error may come in the form of an HTTP answer. */
  #other(value: unknown): void {
    const { error } = isObject(value) ? value : {};
    if (!isObject(error))
      throw new WrongEventError(`${quoted(value)}: it is no event of a response`);
    const { message } = error;
    this.#writer.fail(errorText(typeof message === 'string' ? message : FAILED));
  }

  #delta(kind: 'text' | 'reasoning', event: ResponseDelta): void {
    const key = keyOf(event);
    this.#streamed.add(key);
    this.#writer.write(kind, event.delta, key);
  }

  #source({ type, url, title }: Annotation): void {
    if (type !== 'url_citation' || !hasText(url)) return;
    this.#sources += 1;
    this.#writer.add({
      type: 'source-url',
      sourceId: `source-${this.#sources}`,
      url: url.toWellFormed(),
      ...(hasText(title) ? { title: title.toWellFormed() } : {}),
    });
  }

  #beginCall(item: ResponseItem, outputIndex: number | null): OpenCall {
    const { id, call_id, name } = item;
    if (!hasText(name)) throw new WrongEventError('a function call has no name');
    const callId = hasText(call_id) ? call_id : id;
    const call = this.#writer.beginCall(
      hasText(callId) ? callId : `call-${this.#writer.calls.length}`,
      name,
    );
    if (hasText(id)) this.#calls.set(`id ${id}`, call);
    if (outputIndex !== null) this.#calls.set(`index ${outputIndex}`, call);
    return call;
  }

  #known(id: string | null | undefined, outputIndex: number | null | undefined): OpenCall | null {
    return this.#calls.get(`id ${id}`) ?? this.#calls.get(`index ${outputIndex}`) ?? null;
  }

  #callOf(
    { item_id, output_index }: Pick<ResponseDelta, 'item_id' | 'output_index'>,
    value: unknown,
  ) {
    const call = this.#known(item_id, output_index);
    if (call === null)
      throw new WrongEventError(`${quoted(value)}: there is no such function call`);
    return call;
  }

  #itemDone(item: ResponseItem, outputIndex: number | null): void {
    if (item.type === 'function_call') {
      const call = this.#known(item.id, outputIndex) ?? this.#beginCall(item, outputIndex);
      if (call.input.length === 0 && typeof item.arguments === 'string')
        this.#writer.writeInput(call, item.arguments);
      this.#writer.completeCall(call);
    } else if (item.type === 'image_generation_call' && typeof item.result === 'string') {
      const url = `data:${IMAGE_TYPE};base64,${item.result}`;
      this.#writer.closeText();
      this.#writer.add({ type: 'file', mediaType: IMAGE_TYPE, url });
    } else if (item.type.endsWith('_call') && hasText(item.id)) this.#serverCall(item, item.id);
  }

  /** A tool that the server runs itself, such as its web search: shown with what it came to. */
  #serverCall(item: ResponseItem, id: string): void {
    const {
      type,
      id: _id,
      status: _status,
      content: _content,
      summary: _summary,
      ...result
    } = item;
    const toolCallId = id.toWellFormed();
    const traits = { toolCallId, dynamic: true, providerExecuted: true };
    const toolName = type.slice(0, -'_call'.length).toWellFormed();
    this.#writer.closeText();
    this.#writer.add({ type: 'tool-input-available', toolName, ...traits, input: {} });
    this.#writer.addValues({ type: 'tool-output-available', ...traits, output: result });
  }

  #complete(response: ResponseObject): void {
    const { status, error } = response;
    if (status === 'failed') {
      this.#writer.fail(errorText(error?.message ?? FAILED));
      return;
    }
    // Without a single delta the response itself is all there is.
    if (!this.#writer.hasBegun)
      for (const [at, item] of (response.output ?? []).entries()) this.#whole(item, at);
    const finishReason = this.#reasonOf(response);
    const { model, usage } = response;
    this.#writer.end(finishReason, {
      ...(hasText(model) ? { model: model.toWellFormed() } : {}),
      finish_reason: finishReason,
      ...(usage === null || usage === undefined ? {} : { usage: usageOf(usage) }),
    });
  }

  #whole(item: ResponseItem, at: number): void {
    for (const part of item.summary ?? []) this.#writer.write('reasoning', part.text, `${at}`);
    const kind = item.type === 'reasoning' ? 'reasoning' : 'text';
    for (const part of item.content ?? []) {
      this.#writer.write(kind, part.text ?? part.refusal, `${at}`);
      for (const annotation of part.annotations ?? []) this.#source(annotation);
    }
    this.#itemDone(item, at);
  }

  #reasonOf({ status, incomplete_details: incomplete }: ResponseObject): FinishReason {
    if (status === 'incomplete') {
      if (incomplete?.reason === 'max_output_tokens') return 'length';
      return incomplete?.reason === 'content_filter' ? 'content-filter' : 'other';
    }
    return this.#writer.calls.length > 0 ? 'tool-calls' : 'stop';
  }
}

/** Which text it is. */
function keyOf({
  item_id,
  output_index,
  content_index,
  summary_index,
}: Omit<ResponseDelta, 'delta'>) {
  return `${output_index ?? item_id} ${content_index ?? ''} ${summary_index ?? ''}`;
}

function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new WrongEventError(wrongEvent(value, 'event of a response', result.error.issues));
}

function usageOf(usage: ResponseUsage): Readonly<Record<string, number>> {
  return tokenCounts({
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    totalTokens: usage.total_tokens,
    reasoningTokens: usage.output_tokens_details?.reasoning_tokens,
    cachedInputTokens: usage.input_tokens_details?.cached_tokens,
  });
}
