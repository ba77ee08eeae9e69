import type { UiMessageChunk } from '@fleetlm/protocol';

/** A chunk that does not fit the ones before it. */
export interface OrderFault {
  readonly verdict: 'warning' | 'wrong';
  readonly detail: string;
}

/**
 * Follows a stream by the rules of the AI SDK's own reader (vercel/ai, process-ui-message-stream): a delta needs
 * its start, a tool's output needs its call, and `finish-step` closes what is open.
 */
export class ChunkOrder {
  readonly faults: OrderFault[] = [];
  readonly #open = new Set<string>();
  readonly #openTools = new Map<string, 'input' | 'called' | 'asked'>();
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
        `${chunk.type} (chunk ${this.#count}) comes after ${this.#end}; nobody reads it`,
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
        this.#open.add(blockOf(chunk.type, chunk.id));
        this.#contentCount += 1;
        return;
      case 'text-delta':
      case 'reasoning-delta':
      case 'text-end':
      case 'reasoning-end':
        this.#continueBlock(chunk.type, chunk.id);
        return;
      case 'start-step':
      case 'reset-step':
      case 'message-metadata':
        return;
      case 'finish-step':
        this.#closeBlocks('finish-step');
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
        this.#openTools.set(chunk.toolCallId, 'input');
        return;
      case 'tool-input-delta':
        this.#knownTool(chunk.type, chunk.toolCallId);
        return;
      case 'tool-input-available':
        this.#openTools.set(chunk.toolCallId, 'called');
        return;
      case 'tool-approval-request':
        if (this.#knownTool(chunk.type, chunk.toolCallId))
          this.#openTools.set(chunk.toolCallId, 'asked');
        return;
      case 'tool-output-available':
        if (this.#knownTool(chunk.type, chunk.toolCallId) && chunk.preliminary !== true)
          this.#openTools.delete(chunk.toolCallId);
        return;
      case 'tool-output-error':
      case 'tool-output-denied':
        if (this.#knownTool(chunk.type, chunk.toolCallId)) this.#openTools.delete(chunk.toolCallId);
        return;
      default:
        return;
    }
  }

  #knownTool(type: string, toolCallId: string): boolean {
    if (this.#openTools.has(toolCallId)) return true;
    this.#fault(
      'wrong',
      `${type} (chunk ${this.#count}) is for the tool call "${toolCallId}", which is not open`,
    );
    return false;
  }

  #continueBlock(type: string, id: string): void {
    const block = blockOf(type, id);
    if (!this.#open.has(block)) {
      const start = type.replace(/-(delta|end)$/, '-start');
      this.#fault(
        'wrong',
        `${type} (chunk ${this.#count}) with the id "${id}" has no ${start} before it in its step`,
      );
    }
    if (type.endsWith('-end')) this.#open.delete(block);
  }

  #closeBlocks(by: string): void {
    for (const block of this.#open) this.#fault('warning', `${block} is still open at ${by}`);
    this.#open.clear();
  }

  #closeAll(): void {
    this.#closeBlocks('finish');
    for (const [toolCallId, state] of this.#openTools) {
      if (state !== 'asked')
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
