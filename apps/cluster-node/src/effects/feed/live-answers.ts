import type { DispatchState } from '@fleetlm/conversation';
import { CompactChunks } from '../dispatch/attempt/compact-chunks.ts';
import type { Chunk, LiveChunk } from '../dispatch/dispatch-api.ts';
import type { ChunkPosition } from './follow-codec.ts';
import type { LiveAnswer } from './live-answer.ts';

/** Above this an answer's chunks are not kept here any more; a reader that joins late is served by the leader's node. Early ones too. */
export const ANSWER_BYTES_MAX = 1024 * 1024;
/** Of all answers in progress together, early chunks included. */
export const ANSWERS_BYTES_MAX = 64 * 1024 * 1024;
export const ANSWERS_MAX = 20_000;
/** Chunks that came before an earlier one; beyond them subscribers must resync. */
export const EARLY_CHUNKS_MAX = 1024;
/** A missing chunk is not asked for again before this. */
const FETCH_PAUSE_MS = 250;

export interface LiveAnswersPorts {
  /** As far as this node has applied; null: no such session here. */
  readonly dispatchOf: (sessionId: string) => DispatchState | null;
  /** The answer in progress from the leader's node; null: none, or it can't be asked. */
  readonly fetch: (sessionId: string) => Promise<LiveAnswer | null>;
  /** The checkpoint of an answer in progress, as far as this node has applied; null: nothing. */
  readonly checkpoint: (sessionId: string) => LiveAnswer | null;
  readonly deliver: (chunk: LiveChunk) => void;
  /** Chunks are missing that no node has: subscribers must start afresh. */
  readonly lost: (sessionId: string) => void;
  readonly monotonicMs: () => number;
}

interface EarlyChunk {
  readonly chunk: Chunk;
  readonly bytes: number;
}

interface Answer {
  readonly epoch: number;
  readonly attempt: number;
  /** Chunks below this were delivered, in order. */
  next: number;
  /** Those delivered, texts merged, or null when they became too many to keep. */
  chunks: CompactChunks | null;
  bytes: number;
  readonly early: Map<number, EarlyChunk>;
  earlyBytes: number;
  fetching: Promise<LiveAnswer | null> | null;
  fetchNotBeforeMs: number;
}

/** The answers in progress: chunks in order, each delivered once, kept for readers that join late, and bounded. */
export class LiveAnswers {
  readonly #ports: LiveAnswersPorts;
  readonly #answers = new Map<string, Answer>();
  #bytes = 0;

  constructor(ports: LiveAnswersPorts) {
    this.#ports = ports;
  }

  get size(): number {
    return this.#answers.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A chunk came in; `bytes` is about what it takes. */
  accept(live: LiveChunk, bytes: number): void {
    const { sessionId, epoch, attempt, index, chunk } = live;
    if (!isCurrent(this.#ports.dispatchOf(sessionId), epoch, attempt)) return;
    const answer = this.#answerFor(sessionId, epoch, attempt);
    if (answer === null || index < answer.next) return;
    if (index === answer.next) {
      this.#append(sessionId, answer, chunk, bytes);
      this.#drainEarly(sessionId, answer);
      return;
    }
    if (answer.early.has(index)) return;
    if (!this.#hasRoomForEarly(answer, bytes)) {
      this.#lose(sessionId, answer);
      return;
    }
    answer.early.set(index, { chunk, bytes });
    this.#countEarly(answer, bytes);
    void this.#fetch(sessionId, answer);
  }

  /** The session's work moved on: chunks of an epoch or attempt that is over reach no subscriber. */
  moved(sessionId: string, dispatch: DispatchState): void {
    const answer = this.#answers.get(sessionId);
    if (answer !== undefined && !isCurrent(dispatch, answer.epoch, answer.attempt))
      this.#drop(sessionId, answer);
  }

  /** How far the answer in progress was delivered; null: nothing of one that still counts. */
  position(sessionId: string): ChunkPosition | null {
    const answer = this.#answers.get(sessionId);
    if (answer === undefined || answer.next === 0) return null;
    return { epoch: answer.epoch, attempt: answer.attempt, next: answer.next };
  }

  /** This node holds these no more. */
  forget(concerns: (sessionId: string) => boolean): void {
    for (const [sessionId, answer] of [...this.#answers])
      if (concerns(sessionId)) this.#drop(sessionId, answer);
  }

  /** From the first chunk. Asks the leader's node when this one has none, or not all of it. */
  async read(sessionId: string): Promise<LiveAnswer | null> {
    const dispatch = this.#ports.dispatchOf(sessionId);
    // Between two attempts what was read of the first one is still to be seen.
    if (dispatch?.status === 'waiting' && dispatch.attempt > 0)
      return this.#ports.checkpoint(sessionId);
    if (dispatch !== null && dispatch.status !== 'running') return null;
    const known = this.#answers.get(sessionId);
    if (known !== undefined && known.early.size === 0) {
      const kept = whole(known);
      if (kept !== null) return kept;
    }
    const answer =
      known ??
      (dispatch === null ? null : this.#answerFor(sessionId, dispatch.epoch, dispatch.attempt));
    if (answer === null) return this.#ports.fetch(sessionId);
    answer.fetchNotBeforeMs = 0;
    return (
      (await this.#fetch(sessionId, answer)) ?? whole(answer) ?? this.#ports.checkpoint(sessionId)
    );
  }

  #answerFor(sessionId: string, epoch: number, attempt: number): Answer | null {
    const known = this.#answers.get(sessionId);
    if (known !== undefined) {
      if (known.epoch === epoch && known.attempt === attempt) return known;
      if (known.epoch > epoch || (known.epoch === epoch && known.attempt > attempt)) return null;
      this.#drop(sessionId, known);
    }
    if (this.#answers.size >= ANSWERS_MAX) return null;
    const answer: Answer = {
      epoch,
      attempt,
      next: 0,
      chunks: new CompactChunks(),
      bytes: 0,
      early: new Map(),
      earlyBytes: 0,
      fetching: null,
      fetchNotBeforeMs: 0,
    };
    this.#answers.set(sessionId, answer);
    return answer;
  }

  #append(sessionId: string, answer: Answer, chunk: Chunk, bytes: number): void {
    const index = answer.next;
    answer.next += 1;
    if (answer.chunks !== null) {
      answer.chunks.add(chunk);
      answer.bytes += bytes;
      this.#bytes += bytes;
      const isOver = answer.bytes + answer.earlyBytes > ANSWER_BYTES_MAX;
      if (isOver || this.#bytes > ANSWERS_BYTES_MAX) this.#trim(answer);
    }
    const { epoch, attempt } = answer;
    this.#ports.deliver({ sessionId, epoch, attempt, index, chunk });
  }

  #drainEarly(sessionId: string, answer: Answer): void {
    for (;;) {
      const early = this.#takeEarly(answer, answer.next);
      if (early === null) return;
      this.#append(sessionId, answer, early.chunk, early.bytes);
    }
  }

  #takeEarly(answer: Answer, index: number): EarlyChunk | null {
    const early = answer.early.get(index);
    if (early === undefined) return null;
    answer.early.delete(index);
    this.#countEarly(answer, -early.bytes);
    return early;
  }

  #countEarly(answer: Answer, bytes: number): void {
    answer.earlyBytes += bytes;
    this.#bytes += bytes;
  }

  /** What was delivered already gives way: a reader that joins late is served by the leader's node. */
  #hasRoomForEarly(answer: Answer, bytes: number): boolean {
    if (answer.early.size >= EARLY_CHUNKS_MAX) return false;
    const early = answer.earlyBytes + bytes;
    if (early > ANSWER_BYTES_MAX) return false;
    const isOver =
      answer.bytes + early > ANSWER_BYTES_MAX || this.#bytes + bytes > ANSWERS_BYTES_MAX;
    if (isOver) this.#trim(answer);
    return this.#bytes + bytes <= ANSWERS_BYTES_MAX;
  }

  #fetch(sessionId: string, answer: Answer): Promise<LiveAnswer | null> {
    if (answer.fetching !== null) return answer.fetching;
    const now = this.#ports.monotonicMs();
    if (now < answer.fetchNotBeforeMs) return Promise.resolve(null);
    answer.fetchNotBeforeMs = now + FETCH_PAUSE_MS;
    answer.fetching = this.#ports.fetch(sessionId).then((fetched) => {
      answer.fetching = null;
      if (fetched !== null) this.#merge(sessionId, answer, fetched);
      return fetched;
    });
    return answer.fetching;
  }

  #merge(sessionId: string, answer: Answer, fetched: LiveAnswer): void {
    if (this.#answers.get(sessionId) !== answer) return;
    if (fetched.epoch !== answer.epoch || fetched.attempt !== answer.attempt) return;
    if (fetched.nextIndex > answer.next) {
      // What is missing comes merged: subscribers here that had the beginning have to start afresh.
      const hadSome = answer.next > 0;
      this.#adopt(answer, fetched);
      if (hadSome) this.#ports.lost(sessionId);
    }
    for (const index of [...answer.early.keys()])
      if (index < answer.next) this.#takeEarly(answer, index);
    this.#drainEarly(sessionId, answer);
  }

  #adopt(answer: Answer, { chunks, nextIndex }: LiveAnswer): void {
    this.#trim(answer);
    answer.next = nextIndex;
    const bytes = chunks.reduce((sum, chunk) => sum + sizeOf(chunk), 0);
    if (bytes > ANSWER_BYTES_MAX || this.#bytes + bytes > ANSWERS_BYTES_MAX) return;
    answer.chunks = new CompactChunks(chunks, nextIndex);
    answer.bytes = bytes;
    this.#bytes += bytes;
  }

  #trim(answer: Answer): void {
    this.#bytes -= answer.bytes;
    answer.bytes = 0;
    answer.chunks = null;
  }

  #lose(sessionId: string, answer: Answer): void {
    this.#drop(sessionId, answer);
    this.#ports.lost(sessionId);
  }

  #drop(sessionId: string, answer: Answer): void {
    this.#bytes -= answer.bytes + answer.earlyBytes;
    answer.bytes = 0;
    answer.earlyBytes = 0;
    answer.early.clear();
    this.#answers.delete(sessionId);
  }
}

function whole({ epoch, attempt, chunks }: Answer): LiveAnswer | null {
  if (chunks === null || chunks.length === 0) return null;
  return { epoch, attempt, chunks: chunks.chunks, nextIndex: chunks.nextIndex };
}

function sizeOf(chunk: Chunk): number {
  return JSON.stringify(chunk).length;
}

/** Whether chunks of this attempt may still reach users. A node that lags behind can't rule out what is newer. */
function isCurrent(dispatch: DispatchState | null, epoch: number, attempt: number): boolean {
  if (dispatch === null || epoch > dispatch.epoch) return true;
  if (epoch < dispatch.epoch) return false;
  switch (dispatch.status) {
    case 'running':
      return attempt >= dispatch.attempt;
    case 'waiting':
      return attempt > dispatch.attempt;
    case 'idle':
    case 'failed':
      return false;
    default:
      return dispatch satisfies never;
  }
}
