import type { Termination, WebhookMessage } from '@fleetlm/protocol';
import {
  type AssembledMessage,
  chunksOfParts,
  describeMisfit,
  EMPTY_MESSAGE,
  isToolPart,
  partsOf,
  textOfParts,
  type UiPart,
  withChunk,
  withPartialInputs,
} from '@fleetlm/protocol/ui-stream';
import type { NewMessage } from '../ports.ts';
import { CompactChunks } from './compact-chunks.ts';
import type { Compaction } from './compaction.ts';
import type { Chunk } from './dispatch-api.ts';

const PREVIEW_LENGTH_MAX = 140;
/** Parts of one message: beyond them, every further chunk would cost too much. */
export const PARTS_MAX = 5_000;
const encoder = new TextEncoder();

export interface AnswerTimes {
  readonly latencyMs: number;
  readonly timeToFirstTokenMs: number | null;
}

export type Taken =
  | { readonly ok: true; readonly shown: readonly Chunk[] }
  /** Why the AI SDK's reader would break off at it. */
  | { readonly ok: false; readonly misfit: string };

/** Chunks that open an answer without saying anything yet: an agent that fails after them has not begun. */
const PREAMBLE = new Set(['start', 'start-step', 'message-metadata']);

/** An answer while it comes in: its chunks, as they are shown, and what they come to. */
export class RunningAnswer {
  /** Of the entry in the log. */
  readonly messageId: string;
  /** What people see it as: the message that it goes on with, when there is one. */
  #shownId: string;
  /** Where that message stood when this answer began. */
  #base: readonly UiPart[] = [];
  /** What became of the conversation before this answer. */
  #compaction: Compaction | { readonly error: string } | undefined;
  readonly #chunks = new CompactChunks();
  #message: AssembledMessage = EMPTY_MESSAGE;
  #hasContent = false;

  /** `shownId`: differs from `messageId` for an answer that goes on with an older message. */
  constructor(messageId: string, shownId = messageId) {
    this.messageId = messageId;
    this.#shownId = shownId;
  }

  /** The answer goes on with this message instead of beginning one. To be called before the first chunk. */
  goOnWith({ id, parts }: Pick<WebhookMessage, 'id' | 'parts'>): void {
    this.#shownId = id;
    this.#base = partsOf({ content: { parts } });
  }

  /** True once something was said that a person could have read. */
  get hasContent(): boolean {
    return this.#hasContent;
  }

  /** From the first one on, texts merged; an own list. */
  get chunks(): readonly Chunk[] {
    return this.#chunks.chunks;
  }

  /** Index of the next chunk to be shown. */
  get nextIndex(): number {
    return this.#chunks.nextIndex;
  }

  get message(): AssembledMessage {
    return this.#message;
  }

  /** The answer keeps what was made of the messages before it, or why nothing was. */
  noteCompaction(compaction: Compaction | { readonly error: string }): void {
    this.#compaction = compaction;
  }

  /**
   * The chunks to show for one that arrived: a `start` with our message id always comes first, once; what the answer
   * goes on with comes next, told again, so that whoever reads from the first chunk has all of it. A chunk that
   * refers to nothing changes nothing.
   */
  take(chunk: Chunk): Taken {
    const shown = this.#shown(chunk);
    let message = this.#message;
    for (const one of shown) {
      const next = withChunk(message, one);
      if (next === null) return { ok: false, misfit: describeMisfit(one) };
      message = next;
    }
    this.#message = message;
    this.#hasContent ||= !PREAMBLE.has(chunk.type) && chunk.type !== 'error';
    for (const one of shown) this.#chunks.add(one);
    return { ok: true, shown };
  }

  #shown(chunk: Chunk): readonly Chunk[] {
    if (this.nextIndex > 0) return chunk.type === 'start' ? [] : [chunk];
    const retold = chunksOfParts(this.#base);
    return chunk.type === 'start'
      ? [{ ...chunk, messageId: this.#shownId }, ...retold]
      : [{ type: 'start', messageId: this.#shownId }, ...retold, chunk];
  }

  /** The message to commit. Whatever is still open is closed: text is done, tool calls are errors. */
  toMessage(epoch: number, termination: Termination, times: AnswerTimes): NewMessage {
    const parts = termination === 'finish' ? this.#message.parts : seal(this.#message.parts);
    const content = { id: this.#shownId, role: 'assistant', parts };
    const metadata = {
      ...this.#message.metadata,
      // What a message replaces is not for an agent to say.
      supersedes: undefined,
      continues: this.#shownId === this.messageId ? undefined : this.#shownId,
      compaction: this.#compaction,
      epoch,
      termination,
      latency_ms: Math.round(times.latencyMs),
      time_to_first_token_ms:
        times.timeToFirstTokenMs === null ? null : Math.round(times.timeToFirstTokenMs),
    };
    return {
      id: this.messageId,
      kind: 'assistant',
      payload: encoder.encode(JSON.stringify({ content, metadata })),
      preview: textOfParts(parts).replace(/\s+/g, ' ').slice(0, PREVIEW_LENGTH_MAX).toWellFormed(),
    };
  }
}

/** Closes what an answer that broke off left open, so that the next turn can read it. */
export function seal(parts: readonly UiPart[]): readonly UiPart[] {
  return withPartialInputs(parts).map((part): UiPart => {
    if (part.type === 'text' || part.type === 'reasoning') return { ...part, state: 'done' };
    if (
      isToolPart(part) &&
      (part.state === 'input-streaming' || part.state === 'input-available')
    ) {
      const { rawInput: _raw, inputEncoding: _encoding, ...call } = part;
      return { ...call, state: 'output-error', errorText: 'The answer ended before the tool did.' };
    }
    return part;
  });
}
