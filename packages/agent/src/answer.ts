import { randomUUID } from 'node:crypto';
import type { UiMessageChunk } from '@fleetlm/protocol';

/** One AI SDK UI message chunk. */
export type AnswerChunk = UiMessageChunk;

/** Where an answer's chunks go; resolves when there is room for more. Rejects when the caller has gone. */
export type ChunkSink = (chunk: AnswerChunk) => Promise<void>;

/** A failure whose message the user may read. The message of any other error stays on this machine. */
export class AnswerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AnswerError';
  }
}

/** The caller has gone (a user pressed stop, or the node did): what is written is not read from here on. */
export class CallerGoneError extends Error {
  constructor() {
    super('the caller has closed the connection');
    this.name = 'CallerGoneError';
  }
}

/** What a user may read about an error. */
export function textOfError(error: unknown, otherwise = 'The agent failed.'): string {
  return error instanceof AnswerError ? error.message : otherwise;
}

/**
 * Writes an answer part by part. Open one with `nodeAgent` or `webAgent` (or below them `streamAnswer` and
 * `answerResponse`); `finish` is written when your function returns, `error` when it throws. Await every call:
 * it resolves when there is room for more, and rejects with CallerGoneError when the caller has gone.
 */
export class Answer {
  readonly #sink: ChunkSink;
  #text: string | null = null;
  #reasoning: string | null = null;

  constructor(sink: ChunkSink) {
    this.#sink = sink;
  }

  /** Appends to the text being written, beginning one where there is none. */
  async text(delta: string): Promise<void> {
    if (delta === '') return;
    await this.#endReasoning();
    if (this.#text === null) {
      this.#text = randomUUID();
      await this.#sink({ type: 'text-start', id: this.#text });
    }
    await this.#sink({ type: 'text-delta', id: this.#text, delta });
  }

  /** Ends the text being written; the next one is a part of its own. */
  async endText(): Promise<void> {
    if (this.#text === null) return;
    const id = this.#text;
    this.#text = null;
    await this.#sink({ type: 'text-end', id });
  }

  /** What the agent thinks, shown folded. Appends, like `text`; a list or a stream is written piece by piece. */
  async reasoning(deltas: string | AsyncIterable<string> | Iterable<string>): Promise<void> {
    await this.endText();
    if (this.#reasoning === null) {
      this.#reasoning = randomUUID();
      await this.#sink({ type: 'reasoning-start', id: this.#reasoning });
    }
    const id = this.#reasoning;
    const pieces = typeof deltas === 'string' ? [deltas] : deltas;
    for await (const delta of pieces) await this.#sink({ type: 'reasoning-delta', id, delta });
  }

  /**
   * Runs a tool and shows its input and what came of it. When it throws, that is shown (the message of an
   * AnswerError, else that it failed) and thrown again: catch it to go on with the answer.
   */
  async tool<T>(name: string, input: unknown, run: () => Promise<T> | T): Promise<T> {
    await this.#endBlock();
    const toolCallId = randomUUID();
    await this.#sink({ type: 'tool-input-start', toolCallId, toolName: name });
    await this.#sink({ type: 'tool-input-available', toolCallId, toolName: name, input });
    return this.#run(toolCallId, run);
  }

  async #run<T>(toolCallId: string, run: () => Promise<T> | T): Promise<T> {
    let output: T;
    try {
      output = await run();
    } catch (error) {
      const errorText = textOfError(error, 'The tool failed.');
      await this.#sink({ type: 'tool-output-error', toolCallId, errorText });
      throw error;
    }
    await this.#sink({ type: 'tool-output-available', toolCallId, output: output ?? null });
    return output;
  }

  /**
   * Asks whether a tool may run, and shows its input. End the answer then: what the user says comes with the
   * next call. The ids are in the tool's part of the history, as `toolCallId` and `approval.id`.
   */
  async requestApproval(
    name: string,
    input: unknown,
  ): Promise<{ readonly toolCallId: string; readonly approvalId: string }> {
    await this.#endBlock();
    const ids = { toolCallId: randomUUID(), approvalId: randomUUID() };
    const { toolCallId } = ids;
    await this.#sink({ type: 'tool-input-available', toolCallId, toolName: name, input });
    await this.#sink({ type: 'tool-approval-request', ...ids });
    return ids;
  }

  /**
   * Goes on with a tool call that a user has decided about: runs it when the user allowed it, and shows what came of it in
   * its own part. Null: they did not. Throws when there is no decision.
   */
  async afterApproval<T>(
    part: Readonly<Record<string, unknown>>,
    run: () => Promise<T> | T,
  ): Promise<T | null> {
    const { toolCallId, approval } = part;
    const approved =
      typeof approval === 'object' && approval !== null && 'approved' in approval
        ? approval.approved
        : undefined;
    if (typeof toolCallId !== 'string' || typeof approved !== 'boolean')
      throw new TypeError('the part is no tool call that a user has decided about');
    await this.#endBlock();
    if (approved) return this.#run(toolCallId, run);
    await this.#sink({ type: 'tool-output-denied', toolCallId });
    return null;
  }

  /** Data of your own, as a part `data-<name>`. The same `id` replaces it; `transient` is shown and not stored. */
  async data(
    name: string,
    data: unknown,
    options: { readonly id?: string; readonly transient?: boolean } = {},
  ): Promise<void> {
    await this.chunk({ type: `data-${name}`, ...options, data });
  }

  /** A page (`url`) or a document (`mediaType` and `title`) that the answer relies on. */
  async source(
    source:
      | { readonly url: string; readonly title?: string; readonly id?: string }
      | {
          readonly mediaType: string;
          readonly title: string;
          readonly filename?: string;
          readonly id?: string;
        },
  ): Promise<void> {
    const { id: sourceId = randomUUID(), ...fields } = source;
    await this.chunk(
      'url' in fields
        ? { type: 'source-url', sourceId, ...fields }
        : { type: 'source-document', sourceId, ...fields },
    );
  }

  /** A file by its URL; `data:` URLs carry a small one within. */
  async file(file: { readonly url: string; readonly mediaType: string }): Promise<void> {
    await this.chunk({ type: 'file', ...file });
  }

  /** Merged into the metadata of the message. */
  async metadata(messageMetadata: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#sink({ type: 'message-metadata', messageMetadata });
  }

  /** Ends the step and begins the next: one step is one call of a model with the tools that it asked for. */
  async nextStep(): Promise<void> {
    await this.#endBlock();
    await this.#sink({ type: 'finish-step' });
    await this.#sink({ type: 'start-step' });
  }

  /** Any other chunk of the AI SDK's UI message stream. */
  async chunk(chunk: AnswerChunk): Promise<void> {
    await this.#endBlock();
    await this.#sink(chunk);
  }

  /** Ends the text or the thinking that is being written. */
  async #endBlock(): Promise<void> {
    await this.#endReasoning();
    await this.endText();
  }

  async #endReasoning(): Promise<void> {
    if (this.#reasoning === null) return;
    const id = this.#reasoning;
    this.#reasoning = null;
    await this.#sink({ type: 'reasoning-end', id });
  }

  /** Ends what is open. The functions that open an answer call it. */
  async end(): Promise<void> {
    await this.#endBlock();
  }
}
