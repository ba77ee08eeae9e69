import {
  METADATA_BYTES_MAX,
  REPLY_BYTES_MAX,
  REPLY_ERROR_LENGTH_MAX,
  type Termination,
  TOOL_REQUESTS_MAX,
  type WebhookMessage,
} from '@fleetlm/protocol';
import { TITLE_CHUNK_TYPE } from '@fleetlm/protocol/session-title';
import { openRequestsOf } from '@fleetlm/protocol/thread';
import {
  type AssembledMessage,
  chunksOfParts,
  describeProtocolError,
  EMPTY_MESSAGE,
  isObject,
  isToolPart,
  type JsonObject,
  mergeInto,
  mergeObjects,
  partsOf,
  type ToolState,
  textOfParts,
  type UiPart,
  withChunk,
  withPartialInputs,
} from '@fleetlm/protocol/ui-stream';
import {
  LIVE_CHUNKS_BYTES_MAX,
  REPLY_EXCERPT_LENGTH_MAX,
  REPLY_PARTS_MAX,
  REPLY_TOOL_CALLS_MAX,
} from '../../../limits.ts';
import { previewLine } from '../../../preview.ts';
import { inComponent } from '../../../telemetry/component-turns.ts';
import { requestsIn } from '../../../tool-requests.ts';
import { errorText } from '../../error-text.ts';
import type { NewMessage } from '../../ports.ts';
import type { Chunk } from '../dispatch-api.ts';
import type { Compaction } from '../history/compaction.ts';
import { CompactChunks } from './compact-chunks.ts';
import { jsonBytesBound, jsonStringBytes, SizeCount } from './json-size.ts';
import { type AgentPrices, tokenUsageOf } from './token-usage.ts';
import { WholeCharacters } from './whole-characters.ts';

const encoder = new TextEncoder();
/** What a reply's JSON holds beside parts, metadata of the agent, ids and compaction: usage and times too; every character of the error may be escaped. */
const ENVELOPE_BYTES = 1024 + 6 * REPLY_ERROR_LENGTH_MAX;
/** What a part has more than the chunks that made it: its state, and the error of a call that is sealed. */
const PART_BYTES = 256;
/** The name of a field, with what stands round it. */
const FIELD_NAME_BYTES = 32;
/** Of a byte of a call's input as it is streamed: it is kept raw and parsed, where `1e20` is written out. */
const INPUT_FACTOR = 6;
/** How often the size is measured: all measuring together stays linear in the stream. */
const MEASURE_EVERY_BYTES = 64 * 1024;
const MEASURE_METADATA_EVERY_BYTES = 4 * 1024;
/** What a reply keeps of its making. */
export interface AnswerTimes {
  readonly latencyMs: number;
  readonly timeToFirstTokenMs: number | null;
  /** Absent: nothing was reasoned. */
  readonly reasoningMs?: number;
  /** Of the agent that was called; null: not known. */
  readonly prices: AgentPrices | null;
}

export type Taken =
  | { readonly ok: true; readonly shown: readonly Chunk[] }
  /** Why the AI SDK's reader would break off at it, or which limit it exceeds. Nothing of the chunk is kept. */
  | { readonly ok: false; readonly protocolError: string };

/** Chunks that open an answer without saying anything yet: an agent that fails after them has not begun. */
const PREAMBLE = new Set(['start', 'start-step', 'message-metadata', TITLE_CHUNK_TYPE]);

/** An answer while it comes in: its chunks, as they are shown, and what they come to. */
export class RunningAnswer {
  /** Of the entry in the log. */
  readonly messageId: string;
  /** What users see it as: the message that it continues, when there is one. */
  #shownId: string;
  /** Where that message stood when this answer began. */
  #base: readonly UiPart[] = [];
  /** What became of the conversation before this answer. */
  #compaction: Compaction | { readonly error: string } | undefined;
  readonly #chunks = new CompactChunks();
  #message: AssembledMessage = EMPTY_MESSAGE;
  /** The agent's own. Merged in place: copying all of it for every chunk would be quadratic. */
  #metadata: Record<string, unknown> = {};
  readonly #size = new SizeCount(REPLY_BYTES_MAX, MEASURE_EVERY_BYTES);
  readonly #metadataSize = new SizeCount(METADATA_BYTES_MAX, MEASURE_METADATA_EVERY_BYTES);
  #chunksBytes = 0;
  readonly #streamedCalls = new Set<unknown>();
  readonly #approvals = new Set<unknown>();
  readonly #characters = new WholeCharacters();
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

  /** True once there is content that a user could have read. */
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
   * goes on with comes next, repeated, so that a reader from the first chunk has all of it. A chunk that
   * refers to nothing changes nothing.
   */
  take(received: Chunk): Taken {
    const chunk = this.#characters.take(received);
    const shown = this.#shown(chunk);
    let message = this.#message;
    for (const one of shown) {
      const next = withChunk(message, withoutMetadata(one));
      if (next === null) return { ok: false, protocolError: describeProtocolError(one) };
      message = next;
    }
    const exceeded = this.#exceeded(shown, message);
    if (exceeded !== null) return { ok: false, protocolError: exceeded };
    this.#message = message;
    for (const { messageMetadata } of shown)
      if (isObject(messageMetadata)) mergeInto(this.#metadata, messageMetadata);
    this.#hasContent ||= !PREAMBLE.has(chunk.type) && chunk.type !== 'error';
    for (const one of shown) this.#keep(one);
    return { ok: true, shown };
  }

  /** Which limit the reply would exceed with these chunks, which come to this message; null: none. */
  #exceeded(shown: readonly Chunk[], message: AssembledMessage): string | null {
    if (message.parts.length > REPLY_PARTS_MAX) return `it has more than ${REPLY_PARTS_MAX} parts`;
    let growth = this.nextIndex === 0 ? this.#fixedBytes() : 0;
    let chunksBytes = this.#chunksBytes;
    for (const one of shown) {
      if (one.type === 'tool-input-start') this.#streamedCalls.add(one.toolCallId);
      if (one.type === 'tool-approval-request') this.#approvals.add(one.approvalId);
      const bytes = jsonBytesBound(one);
      chunksBytes += bytes;
      growth += growthOf(one, bytes);
      const { messageMetadata } = one;
      if (isObject(messageMetadata) && !this.#admitsMetadata(messageMetadata))
        return `its metadata is larger than ${METADATA_BYTES_MAX} bytes`;
    }
    // Without a `finish`, calls whose output is open are sealed.
    const isWhole = shown.at(-1)?.type === 'finish';
    const requests = isWhole ? countRequests(message.parts) : this.#approvals.size;
    if (requests > TOOL_REQUESTS_MAX)
      return `it asks its user for more than ${TOOL_REQUESTS_MAX} decisions`;
    if (this.#streamedCalls.size > REPLY_TOOL_CALLS_MAX)
      return `it has more than ${REPLY_TOOL_CALLS_MAX} tool calls`;
    if (chunksBytes > LIVE_CHUNKS_BYTES_MAX)
      return `its chunks are larger than ${LIVE_CHUNKS_BYTES_MAX} bytes`;
    const measure = (): number =>
      this.#fixedBytes() + partsBytes(message.parts) + jsonBytesBound(this.#metadata);
    if (!this.#size.admits(growth, measure)) return `it is larger than ${REPLY_BYTES_MAX} bytes`;
    return null;
  }

  #admitsMetadata(added: JsonObject): boolean {
    return this.#metadataSize.admits(jsonBytesBound(added), () =>
      jsonBytes(mergeObjects(this.#metadata, added)),
    );
  }

  #fixedBytes(): number {
    return (
      ENVELOPE_BYTES + 2 * jsonStringBytes(this.#shownId) + jsonBytesBound(this.#compaction ?? null)
    );
  }

  #keep(chunk: Chunk): void {
    const isMerged = this.#chunks.add(chunk);
    const textBytes = isMerged ? (deltaTextBytes(chunk) ?? 0) : jsonBytesBound(chunk);
    this.#chunksBytes += textBytes;
  }

  #shown(chunk: Chunk): readonly Chunk[] {
    if (this.nextIndex > 0) return chunk.type === 'start' ? [] : [chunk];
    const retold = chunksOfParts(this.#base);
    return chunk.type === 'start'
      ? [{ ...chunk, messageId: this.#shownId }, ...retold]
      : [{ type: 'start', messageId: this.#shownId }, ...retold, chunk];
  }

  /**
   * The message to commit. Whatever is still open is closed: text is done, tool calls are errors. Its payload never has
   * more than REPLY_BYTES_MAX bytes.
   */
  toMessage(epoch: number, termination: Termination, times: AnswerTimes): NewMessage {
    const { parts: open } = this.#message;
    const parts = termination === 'finish' ? finished(open) : seal(open);
    const metadata = {
      ...this.#metadata,
      // What a message replaces is not for an agent to say.
      supersedes: undefined,
      continues: this.#shownId === this.messageId ? undefined : this.#shownId,
      compaction: this.#compaction,
      ...this.#ownMetadata(epoch, termination, times),
      error: errorOf(this.#message),
    };
    const message = inComponent('dispatch', () => this.#messageOf(this.#shownId, parts, metadata));
    return message.payload.length > REPLY_BYTES_MAX ? this.excerpt(epoch, times) : message;
  }

  /** The beginning of the visible text, which always fits: for a reply that can't be committed in any other form. */
  excerpt(epoch: number, times: AnswerTimes): NewMessage {
    const text = textOfParts(this.#message.parts).slice(0, REPLY_EXCERPT_LENGTH_MAX).toWellFormed();
    const parts: readonly UiPart[] = text === '' ? [] : [{ type: 'text', text, state: 'done' }];
    return this.#messageOf(this.messageId, parts, this.#ownMetadata(epoch, 'error', times));
  }

  #ownMetadata(epoch: number, termination: Termination, times: AnswerTimes): JsonObject {
    const { latencyMs, timeToFirstTokenMs, reasoningMs, prices } = times;
    return {
      epoch,
      termination,
      latency_ms: Math.round(latencyMs),
      time_to_first_token_ms: timeToFirstTokenMs === null ? null : Math.round(timeToFirstTokenMs),
      ...(reasoningMs === undefined ? {} : { reasoning_ms: Math.round(reasoningMs) }),
      token_usage: tokenUsageOf(this.#metadata, prices) ?? undefined,
    };
  }

  #messageOf(id: string, parts: readonly UiPart[], metadata: JsonObject): NewMessage {
    const content = { id, role: 'assistant', parts };
    const described = { id: this.messageId, kind: 'assistant', content, metadata };
    return {
      id: this.messageId,
      kind: 'assistant',
      payload: encoder.encode(JSON.stringify({ content, metadata })),
      preview: previewLine(textOfParts(parts)),
      ...requestsIn(described),
    };
  }
}

function countRequests(parts: readonly UiPart[]): number {
  const { approvals, outputs } = openRequestsOf(parts);
  return approvals.length + outputs.length;
}

/** What the agent said of its failure, for its readers; undefined: nothing. */
function errorOf({ end, errorText: text }: AssembledMessage): string | undefined {
  if (end !== 'error' || text === null || text.trim() === '') return undefined;
  return errorText(text.trim().slice(0, REPLY_ERROR_LENGTH_MAX));
}

function withoutMetadata(chunk: Chunk): Chunk {
  if (chunk.messageMetadata === undefined) return chunk;
  const { messageMetadata: _merged, ...rest } = chunk;
  return rest;
}

/** What a chunk of so many bytes adds to the reply at most. */
function growthOf(chunk: Chunk, bytes: number): number {
  const textBytes = deltaTextBytes(chunk);
  if (textBytes !== null) {
    const factor = chunk.type === 'tool-input-delta' ? INPUT_FACTOR : 1;
    return textBytes * factor + fieldBytes(chunk.providerMetadata);
  }
  switch (chunk.type) {
    case 'text-end':
    case 'reasoning-end':
      return fieldBytes(chunk.providerMetadata) + fieldBytes(chunk.citations);
    case 'start':
    case 'message-metadata':
    case 'finish':
      return fieldBytes(chunk.messageMetadata);
    case 'abort':
    case 'error':
    case 'finish-step':
    case 'reset-step':
      return 0;
    default:
      return bytes + PART_BYTES;
  }
}

function fieldBytes(field: unknown): number {
  return field === undefined ? 0 : FIELD_NAME_BYTES + jsonBytesBound(field);
}

function deltaTextBytes({ type, delta, inputTextDelta }: Chunk): number | null {
  const text = type === 'tool-input-delta' ? inputTextDelta : delta;
  const isDelta = type.endsWith('-delta') && typeof text === 'string';
  return isDelta ? jsonStringBytes(text) - 2 : null;
}

/** Open, or sealed, whichever takes more. */
function partsBytes(parts: readonly UiPart[]): number {
  return Math.max(jsonBytes(parts), jsonBytes(seal(parts)), jsonBytes(finished(parts)));
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Closes what an answer that broke off left open, so that the next turn can read it. */
export function seal(parts: readonly UiPart[]): readonly UiPart[] {
  return closed(parts, ['input-streaming', 'input-available']);
}

/** Closes what an agent that finished did not end itself; a call whose input is whole may wait for the user's side. */
function finished(parts: readonly UiPart[]): readonly UiPart[] {
  return closed(parts, ['input-streaming']);
}

function closed(parts: readonly UiPart[], openStates: readonly ToolState[]): readonly UiPart[] {
  return withPartialInputs(parts).map((part): UiPart => {
    if (part.type === 'text' || part.type === 'reasoning')
      return part.state === 'done' ? part : { ...part, state: 'done' };
    if (isToolPart(part) && openStates.includes(part.state)) {
      const { rawInput: _raw, inputEncoding: _encoding, ...call } = part;
      return { ...call, state: 'output-error', errorText: 'The answer ended before the tool did.' };
    }
    return part;
  });
}
