import type { UiMessageChunk } from '@fleetlm/protocol';

/** A chunk that does not fit the ones before it. */
export interface OrderFault {
  readonly verdict: 'warning' | 'wrong';
  readonly detail: string;
}

/**
 * Follows a stream by the rules of the AI SDK's own reader (vercel/ai, process-ui-message-stream): a delta needs
 * its start, and a tool's output needs its call.
 */
export class ChunkOrder {
  readonly faults: OrderFault[] = [];
  /** Text and thinking that has begun and not ended, with the step that it began in. */
  readonly #open = new Map<string, number>();
  readonly #tools = new Map<string, 'called' | 'asked' | 'settled'>();
  /** Tool calls whose input was begun with tool-input-start. */
  readonly #begunInputs = new Set<string>();
  /** Begun since the last start-step: what reset-step takes back. */
  readonly #toolsOfStep = new Set<string>();
  #step = 0;
  #count = 0;
  #end: 'finish' | 'abort' | 'error' | null = null;

  #contentCount = 0;

  get end(): 'finish' | 'abort' | 'error' | null {
    return this.#end;
  }

  /** Parts and events of the answer, without its frame. */
  get contentCount(): number {
    return this.#contentCount;
  }

  take(chunk: UiMessageChunk): void {
    this.#count += 1;
    if (this.#end !== null) {
      this.#fault(
        'warning',
        `${chunk.type} (chunk ${this.#count}) comes after ${this.#end}; it is not read`,
      );
      return;
    }
    switch (chunk.type) {
      case 'start':
        if (this.#count > 1)
          this.#fault('warning', `start is chunk ${this.#count}; it counts only as the first`);
        return;
      case 'text-start':
      case 'reasoning-start':
        this.#open.set(blockOf(chunk.type, chunk.id), this.#step);
        this.#contentCount += 1;
        return;
      case 'text-delta':
      case 'reasoning-delta':
      case 'text-end':
      case 'reasoning-end':
        this.#continueBlock(chunk.type, chunk.id);
        return;
      case 'message-metadata':
        return;
      case 'start-step':
        this.#toolsOfStep.clear();
        return;
      case 'reset-step':
        this.#resetStep();
        return;
      case 'finish-step':
        this.#step += 1;
        return;
      case 'finish':
      case 'abort':
      case 'error':
        this.#end = chunk.type;
        if (chunk.type === 'finish') this.#closeAll();
        return;
      default:
        this.#contentCount += 1;
        this.#takeTool(chunk);
    }
  }

  #takeTool(chunk: UiMessageChunk): void {
    switch (chunk.type) {
      case 'tool-input-start':
        this.#begunInputs.add(chunk.toolCallId);
        this.#begin(chunk.toolCallId, 'called');
        return;
      case 'tool-input-delta':
        if (!this.#begunInputs.has(chunk.toolCallId))
          this.#fault('wrong', `${this.#at(chunk)} has no tool-input-start before it`);
        return;
      case 'tool-input-available':
        this.#begin(chunk.toolCallId, 'called');
        return;
      case 'tool-input-error':
        this.#begin(chunk.toolCallId, 'settled');
        return;
      case 'tool-approval-request':
        this.#moveTool(chunk, 'asked');
        return;
      case 'tool-output-available':
        this.#moveTool(chunk, chunk.preliminary === true ? 'called' : 'settled');
        return;
      case 'tool-output-error':
      case 'tool-output-denied':
        this.#moveTool(chunk, 'settled');
        return;
      default:
        return;
    }
  }

  #begin(toolCallId: string, state: 'called' | 'settled'): void {
    if (!this.#tools.has(toolCallId)) this.#toolsOfStep.add(toolCallId);
    this.#tools.set(toolCallId, state);
  }

  #resetStep(): void {
    this.#open.clear();
    this.#begunInputs.clear();
    for (const toolCallId of this.#toolsOfStep) this.#tools.delete(toolCallId);
    this.#toolsOfStep.clear();
  }

  #moveTool(
    chunk: { readonly type: string; readonly toolCallId: string },
    state: 'called' | 'asked' | 'settled',
  ): void {
    const before = this.#tools.get(chunk.toolCallId);
    if (before === undefined) {
      this.#fault('wrong', `${this.#at(chunk)} has no tool call before it`);
      return;
    }
    if (before === 'settled')
      this.#fault('warning', `${this.#at(chunk)} comes after the outcome of the call`);
    this.#tools.set(chunk.toolCallId, state);
  }

  #at({ type, toolCallId }: { readonly type: string; readonly toolCallId: string }): string {
    return `${type} (chunk ${this.#count}) for the tool call "${toolCallId}"`;
  }

  #continueBlock(type: string, id: string): void {
    const block = blockOf(type, id);
    const step = this.#open.get(block);
    if (step === undefined) {
      const start = type.replace(/-(delta|end)$/, '-start');
      this.#fault(
        'wrong',
        `${type} (chunk ${this.#count}) with the id "${id}" has no open ${start} before it`,
      );
    } else if (step !== this.#step) {
      this.#fault(
        'warning',
        `${block} goes on after finish-step (chunk ${this.#count}): readers of the AI SDK 5 and 6 stop there`,
      );
    }
    if (type.endsWith('-end')) this.#open.delete(block);
  }

  #closeAll(): void {
    for (const block of this.#open.keys())
      this.#fault('warning', `${block} is still open at finish`);
    for (const [toolCallId, state] of this.#tools) {
      if (state === 'called')
        this.#fault(
          'warning',
          `the tool call "${toolCallId}" has neither an output nor an error at finish`,
        );
    }
  }

  #fault(verdict: OrderFault['verdict'], detail: string): void {
    this.faults.push({ verdict, detail });
  }
}

function blockOf(type: string, id: string): string {
  return `${type.startsWith('text-') ? 'text' : 'reasoning'} "${id}"`;
}
