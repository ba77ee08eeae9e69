import { isNestedTooDeep, isObject } from '@fleetlm/protocol/ui-stream';
import * as z from 'zod';
import { wellFormedValue } from '../../attempt/whole-characters.ts';
import type { Chunk } from '../../dispatch-api.ts';

/** A call of a tool while its arguments come in. */
export interface OpenCall {
  readonly toolCallId: string;
  readonly toolName: string;
  /** Pieces of its arguments: they are put together once. */
  readonly input: string[];
  isComplete: boolean;
}

export type TextKind = 'text' | 'reasoning';

/** In the words of the AI SDK. */
export type FinishReason = 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other';

/** Writes a reply as UI message chunks: what is begun is ended, and nothing is begun before there is content. */
export class ReplyWriter {
  #out: Chunk[] = [];
  #hasBegun = false;
  #isEnded = false;
  /** The text that is being written. */
  #open: { readonly kind: TextKind; readonly id: string; readonly of: string } | null = null;
  #texts = 0;
  readonly #calls: OpenCall[] = [];

  /** There is content. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** The last chunk was written. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  get calls(): readonly OpenCall[] {
    return this.#calls;
  }

  /** `of`: what the text is a part of, such as a message; of another one it is a text of its own. */
  write(kind: TextKind, text: string | null | undefined, of = ''): void {
    if (!hasText(text)) return;
    if (this.#open?.kind !== kind || this.#open.of !== of) {
      this.closeText();
      this.#open = { kind, id: `${kind}-${this.#texts}`, of };
      this.#texts += 1;
      this.add({ type: `${kind}-start`, id: this.#open.id });
    }
    this.add({ type: `${kind}-delta`, id: this.#open.id, delta: text });
  }

  closeText(): void {
    if (this.#open === null) return;
    this.add({ type: `${this.#open.kind}-end`, id: this.#open.id });
    this.#open = null;
  }

  beginCall(id: string, name: string): OpenCall {
    const toolCallId = id.toWellFormed();
    const call = { toolCallId, toolName: name.toWellFormed(), input: [], isComplete: false };
    this.#calls.push(call);
    this.closeText();
    this.add({ type: 'tool-input-start', toolCallId, toolName: call.toolName, dynamic: true });
    return call;
  }

  writeInput({ toolCallId, input }: OpenCall, piece: string | null | undefined): void {
    if (!hasText(piece)) return;
    input.push(piece);
    this.add({ type: 'tool-input-delta', toolCallId, inputTextDelta: piece });
  }

  /** The input of a call is whole. One that is no JSON is shown as it came. */
  completeCall(call: OpenCall): void {
    if (call.isComplete) return;
    call.isComplete = true;
    this.add(inputChunk(call));
  }

  add(chunk: Chunk): void {
    if (!this.#hasBegun) this.#out.push({ type: 'start' }, { type: 'start-step' });
    this.#hasBegun = true;
    this.#out.push(chunk);
  }

  /** Adds what came as JSON values, without half characters: no other half follows. */
  addValues(chunk: Chunk): void {
    const whole = wellFormedValue(chunk, JSON.stringify(chunk));
    this.add(isObject(whole) ? { ...chunk, ...whole } : chunk);
  }

  /** Ends the reply. Nothing is written for one without content, unless content was withheld. */
  end(
    finishReason: FinishReason | undefined,
    messageMetadata: Readonly<Record<string, unknown>>,
  ): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (!this.#hasBegun) {
      if (finishReason === 'content-filter')
        this.#out.push({ type: 'error', errorText: 'The content filter withheld the answer.' });
      return;
    }
    this.closeText();
    for (const call of this.#calls) this.completeCall(call);
    this.add({ type: 'finish-step' });
    this.add({
      type: 'finish',
      ...(finishReason === undefined ? {} : { finishReason }),
      messageMetadata,
    });
  }

  /** An error is reported instead of going on. */
  fail(errorText: string): void {
    this.#isEnded = true;
    this.#out.push({ type: 'error', errorText });
  }

  /** What was written since the last time. */
  given(): readonly Chunk[] {
    const chunks = this.#out;
    this.#out = [];
    return chunks;
  }
}

export function hasText(text: string | null | undefined): text is string {
  return text !== null && text !== undefined && text !== '';
}

function inputChunk({ toolCallId, toolName, input }: OpenCall): Chunk {
  const json = input.join('');
  const call = { toolCallId, toolName, dynamic: true };
  // A function without parameters may be called without arguments.
  const parsed = json.trim() === '' ? { ok: true, value: {} } : parsedJson(json);
  return parsed.ok
    ? { type: 'tool-input-available', ...call, input: parsed.value }
    : {
        type: 'tool-input-error',
        ...call,
        input: json.toWellFormed(),
        errorText: 'The arguments of the call are no JSON.',
      };
}

/** JSON within JSON: its text was no part of what was checked. */
export function parsedJson(
  json: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
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

/** Numbers of tokens as the AI SDK names them, and as compaction reads them; those that were not given are left out. */
export function tokenCounts(
  counts: Readonly<Record<string, number | null | undefined>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(counts).flatMap(([name, tokens]) =>
      typeof tokens === 'number' ? [[name, tokens]] : [],
    ),
  );
}
