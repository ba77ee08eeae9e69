import {
  assembleChunk,
  assembleChunks,
  chunksOfParts,
  EMPTY_MESSAGE,
  isToolPart,
  partsOf,
} from '@fleetlm/protocol/ui-stream';
import type { Chunk, DispatchState, LiveAnswer, SessionEvent } from '../runtime/runtime-api.ts';
import { messageBody } from './wire.ts';

export interface FollowOptions {
  /** The reader can take back what its message has shown of the present step (`reset-step`). */
  readonly canReset: boolean;
  /** Chunks behind `start` that retell what the reader has already: the message that the answer goes on with. */
  readonly retold: number;
}

/** What the reader is given for an event. */
export interface Step {
  readonly chunks: readonly Chunk[];
  readonly isOver: boolean;
}

const NOTHING: Step = { chunks: [], isOver: false };
const ANEW = 'The answer was restarted. Reload the conversation to read it.';
/** The last chunk of a stream that can't go on, though the answer may. */
export const LOST: Chunk = {
  type: 'error',
  errorText: 'The connection to the answer was lost. Reload the conversation to read it.',
};
const BROKEN_OFF = 'The answer was interrupted.';

/**
 * One answer as a single UI message stream, whatever happens to it: made again after a failure, stopped, taken up by
 * another node. The stream always ends with a chunk that says how. Events in, chunks out; no I/O.
 */
export class ReplyFollower {
  readonly #options: FollowOptions;
  #epoch: number;
  /** Null: no attempt has spoken yet. */
  #attempt: number | null = null;
  #next = 0;
  /** What the reader has of it. */
  #message = EMPTY_MESSAGE;
  #hasStarted = false;
  /** The chunk that ends the answer, until the answer is in the log: who reads the end can rely on it. */
  #end: Chunk | null = null;
  #isOver = false;

  /** `epoch`: the work whose answer is followed; a later one counts when this one never speaks. */
  constructor(epoch: number, options: FollowOptions) {
    this.#epoch = epoch;
    this.#options = options;
  }

  /** The answer so far, for a reader that has nothing of it. */
  begin(answer: LiveAnswer): Step {
    this.#epoch = answer.epoch;
    this.#attempt = answer.attempt;
    const chunks = answer.chunks.flatMap((chunk, index) => this.#shown(chunk, index));
    this.#next = answer.nextIndex;
    return { chunks: this.#withoutEnd(chunks), isOver: false };
  }

  take(event: SessionEvent): Step {
    if (this.#isOver) return NOTHING;
    switch (event.type) {
      case 'chunk':
        return this.#takeChunk(event);
      case 'status':
        return this.#takeStatus(event.dispatch);
      case 'message': {
        if (event.message.sender.type !== 'agent') return NOTHING;
        const { content, metadata } = messageBody(event.message);
        return metadata.epoch === this.#epoch ? this.#ended(content, metadata) : NOTHING;
      }
      case 'resync':
        return this.#over([LOST]);
      case 'read':
        return NOTHING;
      default:
        return event satisfies never;
    }
  }

  #takeChunk(event: Extract<SessionEvent, { type: 'chunk' }>): Step {
    const { epoch, attempt, index, chunk } = event;
    if (epoch < this.#epoch) return NOTHING;
    if (epoch > this.#epoch) {
      if (this.#hasStarted) return this.#closed('abort');
      this.#follow(epoch);
    }
    if (this.#attempt !== null && attempt < this.#attempt) return NOTHING;
    const before = attempt === this.#attempt ? [] : this.#restart(attempt);
    if (before === null) return this.#over([{ type: 'error', errorText: ANEW }]);
    if (index < this.#next) return NOTHING;
    if (index > this.#next) return this.#over([LOST]);
    const chunks = [...before, ...this.#shown(chunk, index)];
    this.#next += 1;
    return { chunks: this.#withoutEnd(chunks), isOver: false };
  }

  #withoutEnd(chunks: readonly Chunk[]): readonly Chunk[] {
    if (this.#message.end === null) return chunks;
    this.#end = chunks.at(-1) ?? null;
    return chunks.slice(0, -1);
  }

  #takeStatus(dispatch: DispatchState): Step {
    if (dispatch.epoch < this.#epoch) return NOTHING;
    if (dispatch.epoch > this.#epoch) {
      if (this.#hasStarted) return this.#closed('abort');
      this.#follow(dispatch.epoch);
    }
    switch (dispatch.status) {
      case 'waiting':
      case 'running':
        return NOTHING;
      case 'failed':
        return this.#over([...this.#started(), { type: 'error', errorText: dispatch.error }]);
      // Stopped before its first content; content that was kept comes as a message before this.
      case 'idle':
        return this.#closed('abort');
      default:
        return dispatch satisfies never;
    }
  }

  /** The answer is in the log: the reader gets what it lacks of it, and how it ended. */
  #ended(content: Record<string, unknown>, metadata: Record<string, unknown>): Step {
    if (this.#end !== null) return this.#over([this.#end]);
    const chunks: Chunk[] = [];
    if (!this.#hasStarted) {
      if (this.#options.retold > 0) return this.#over([LOST]);
      const replayed = [
        { type: 'start', messageId: content.id },
        ...chunksOfParts(partsOf({ content })),
      ];
      chunks.push(...replayed.flatMap((chunk, index) => this.#shown(chunk, index)));
    }
    const { termination } = metadata;
    // The agent's own end was a chunk: without it the reader has not got everything.
    const isMissed = chunks.length === 0 && (termination === 'finish' || termination === 'abort');
    if (isMissed) return this.#over([LOST]);
    const isWhole = termination === 'finish' || termination === 'abort' || termination === 'stop';
    const closed = isWhole
      ? this.#closed(termination === 'finish' ? 'finish' : 'abort')
      : this.#over([{ type: 'error', errorText: BROKEN_OFF }]);
    return { chunks: [...chunks, ...closed.chunks], isOver: true };
  }

  /** Ends the message as a user's reader expects it: nothing stays open. */
  #closed(end: 'finish' | 'abort'): Step {
    const { parts, openText, openReasoning } = this.#message;
    const open = parts.flatMap((part): Chunk[] =>
      isToolPart(part) && (part.state === 'input-streaming' || part.state === 'input-available')
        ? [
            {
              type: 'tool-output-error',
              toolCallId: part.toolCallId,
              errorText: 'The answer ended before the tool did.',
              ...(part.type === 'dynamic-tool' ? { dynamic: true } : {}),
            },
          ]
        : [],
    );
    return this.#over([
      ...this.#started(),
      ...Object.keys(openText).map((id) => ({ type: 'text-end', id })),
      ...Object.keys(openReasoning).map((id) => ({ type: 'reasoning-end', id })),
      ...(end === 'abort' ? [...open, { type: 'abort' }] : []),
      { type: 'finish' },
    ]);
  }

  /** Another attempt speaks. What the reader gets of it first; null: it can't be replayed. */
  #restart(attempt: number): readonly Chunk[] | null {
    const hasShown = this.#message.parts.length > 0;
    const steps = this.#message.parts.filter(({ type }) => type === 'step-start').length;
    this.#attempt = attempt;
    this.#next = 0;
    this.#end = null;
    this.#message = { ...this.#message, end: null };
    if (!hasShown) {
      this.#message = assembleChunks([]);
      return [];
    }
    const reachesBack =
      steps === 0 || (steps === 1 && this.#message.parts[0]?.type === 'step-start');
    if (!this.#options.canReset || !reachesBack || this.#options.retold > 0) return null;
    const reset = { type: 'reset-step' };
    this.#message = assembleChunk(this.#message, reset);
    return [reset];
  }

  /** Work that never spoke has become part of a later one. */
  #follow(epoch: number): void {
    this.#epoch = epoch;
    this.#attempt = null;
    this.#next = 0;
  }

  /** The chunk as this reader is given it. */
  #shown(chunk: Chunk, index: number): readonly Chunk[] {
    // A message begins once, and the step that was taken back is still the present one.
    const isRepeated =
      (chunk.type === 'start' && this.#hasStarted) ||
      (chunk.type === 'start-step' && this.#message.parts.at(-1)?.type === 'step-start');
    const isRetold = index > 0 && index <= this.#options.retold;
    this.#message = isRepeated ? this.#message : assembleChunk(this.#message, chunk);
    this.#hasStarted ||= chunk.type === 'start';
    return isRepeated || isRetold ? [] : [chunk];
  }

  #started(): readonly Chunk[] {
    const chunks = this.#hasStarted ? [] : [{ type: 'start' }];
    this.#hasStarted = true;
    return chunks;
  }

  #over(chunks: readonly Chunk[]): Step {
    this.#isOver = true;
    return { chunks, isOver: true };
  }
}
