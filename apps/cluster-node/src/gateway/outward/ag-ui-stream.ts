import { isObject } from '@fleetlm/protocol/ui-stream';
import type { Chunk } from '../../runtime/runtime-api.ts';
import type { StreamFormat } from '../event-stream.ts';

type RunEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

interface Run {
  readonly threadId: string;
  readonly runId: string;
}

/** Chunks that say nothing to an AG-UI client. */
const SILENT: ReadonlySet<string> = new Set(['start-step', 'finish-step', 'message-metadata']);
/** The part that holds the state of an AG-UI agent. */
const STATE = 'data-ag-ui-state';

/** A reply as the events of an AG-UI run. Whatever becomes of the reply, the run begins once and ends once, and nothing stays open. */
export class AgUiStream implements StreamFormat {
  readonly headers = {};
  readonly firstFrame: string;
  readonly #run: Run;
  #messageId: string;
  #texts = 0;
  /** The message that is open, and what it is called. */
  #open: { readonly kind: 'TEXT' | 'REASONING'; readonly messageId: string } | null = null;
  #lastTextId: string | null = null;
  readonly #openCalls = new Set<string>();
  readonly #begunCalls = new Set<string>();
  /** Calls whose input came in pieces: it is not sent again as a whole. */
  readonly #streamedCalls = new Set<string>();
  readonly #interrupts: object[] = [];
  #results = 0;
  #isEnded = false;

  constructor({ threadId, runId }: Run) {
    this.#run = { threadId, runId };
    this.#messageId = runId;
    this.firstFrame = frame({ type: 'RUN_STARTED', ...this.#run });
  }

  frames(chunks: readonly Chunk[]): readonly string[] {
    return chunks.flatMap((chunk) => this.#events(chunk)).map(frame);
  }

  lastFrame(): string {
    return this.#finished({}).map(frame).join('');
  }

  #events(chunk: Chunk): readonly RunEvent[] {
    if (this.#isEnded || SILENT.has(chunk.type)) return [];
    switch (chunk.type) {
      case 'start':
        if (typeof chunk.messageId === 'string') this.#messageId = chunk.messageId;
        return [];
      case 'text-start':
        return this.#begun('TEXT');
      case 'reasoning-start':
        return this.#begun('REASONING');
      case 'text-delta':
      case 'reasoning-delta': {
        const kind = chunk.type === 'text-delta' ? 'TEXT' : 'REASONING';
        // Parts of one reply may be written in turns: an AG-UI message ends before the next one begins.
        const before = this.#open?.kind === kind ? [] : this.#begun(kind);
        return [
          ...before,
          { type: `${kind}_MESSAGE_CONTENT`, messageId: this.#open?.messageId, delta: chunk.delta },
        ];
      }
      case 'text-end':
      case 'reasoning-end':
        return this.#closed();
      case 'tool-input-start':
        return this.#callBegun(chunk);
      case 'tool-input-delta': {
        const { toolCallId, inputTextDelta: delta } = chunk;
        this.#streamedCalls.add(String(toolCallId));
        return [{ type: 'TOOL_CALL_ARGS', toolCallId, delta }];
      }
      case 'tool-input-available':
      case 'tool-input-error':
        return this.#callWhole(chunk);
      case 'tool-approval-request':
        this.#interrupts.push({
          id: chunk.approvalId,
          reason: 'approval',
          toolCallId: chunk.toolCallId,
          ...(typeof chunk.reason === 'string' ? { message: chunk.reason } : {}),
        });
        return [];
      case 'tool-output-available':
        return this.#result(chunk, textOf(chunk.output));
      case 'tool-output-error':
        return this.#result(chunk, `Error: ${chunk.errorText}`);
      case 'tool-output-denied':
        return this.#result(chunk, 'The user did not allow this call.');
      case 'error':
        return this.#failed(String(chunk.errorText));
      case 'finish':
        return this.#finished(chunk);
      case STATE:
        return [{ type: 'STATE_SNAPSHOT', snapshot: chunk.data }];
      default: {
        const { type, data, ...fields } = chunk;
        return [{ type: 'CUSTOM', name: type, value: data ?? fields }];
      }
    }
  }

  #begun(kind: 'TEXT' | 'REASONING'): readonly RunEvent[] {
    const before = this.#closed();
    const messageId = `${this.#messageId}:${this.#texts}`;
    this.#texts += 1;
    this.#open = { kind, messageId };
    if (kind === 'TEXT') {
      this.#lastTextId = messageId;
      return [...before, { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }];
    }
    return [
      ...before,
      { type: 'REASONING_START', messageId },
      { type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' },
    ];
  }

  #closed(): readonly RunEvent[] {
    if (this.#open === null) return [];
    const { kind, messageId } = this.#open;
    this.#open = null;
    return kind === 'TEXT'
      ? [{ type: 'TEXT_MESSAGE_END', messageId }]
      : [
          { type: 'REASONING_MESSAGE_END', messageId },
          { type: 'REASONING_END', messageId },
        ];
  }

  #callBegun({ toolCallId, toolName }: Chunk): readonly RunEvent[] {
    const id = String(toolCallId);
    this.#openCalls.add(id);
    this.#begunCalls.add(id);
    return [
      ...this.#closed(),
      {
        type: 'TOOL_CALL_START',
        toolCallId,
        toolCallName: toolName,
        ...(this.#lastTextId === null ? {} : { parentMessageId: this.#lastTextId }),
      },
    ];
  }

  #callWhole(chunk: Chunk): readonly RunEvent[] {
    const { toolCallId, input } = chunk;
    const id = String(toolCallId);
    const isOpen = this.#openCalls.has(id);
    // A call may be completed once more, such as when it is retold.
    if (!isOpen && this.#begunCalls.has(id)) return [];
    const before = [
      ...(isOpen ? [] : this.#callBegun(chunk)),
      ...(this.#streamedCalls.has(id)
        ? []
        : [{ type: 'TOOL_CALL_ARGS', toolCallId, delta: JSON.stringify(input ?? {}) }]),
    ];
    this.#openCalls.delete(id);
    return [...before, { type: 'TOOL_CALL_END', toolCallId }];
  }

  #result({ toolCallId, preliminary }: Chunk, content: string): readonly RunEvent[] {
    if (preliminary === true) return [];
    this.#results += 1;
    const messageId = `${this.#messageId}:output-${this.#results}`;
    const end = this.#openCalls.delete(String(toolCallId))
      ? [{ type: 'TOOL_CALL_END', toolCallId }]
      : [];
    return [
      ...this.#closed(),
      ...end,
      { type: 'TOOL_CALL_RESULT', messageId, toolCallId, content, role: 'tool' },
    ];
  }

  #ended(): readonly RunEvent[] {
    this.#isEnded = true;
    const calls = [...this.#openCalls].map((toolCallId) => ({ type: 'TOOL_CALL_END', toolCallId }));
    this.#openCalls.clear();
    return [...this.#closed(), ...calls];
  }

  #failed(message: string): readonly RunEvent[] {
    return [...this.#ended(), { type: 'RUN_ERROR', message }];
  }

  #finished({ messageMetadata }: Partial<Chunk>): readonly RunEvent[] {
    if (this.#isEnded) return [];
    const usage = isObject(messageMetadata) ? messageMetadata.usage : undefined;
    const outcome =
      this.#interrupts.length === 0
        ? { type: 'success' }
        : { type: 'interrupt', interrupts: this.#interrupts };
    return [
      ...this.#ended(),
      {
        type: 'RUN_FINISHED',
        ...this.#run,
        outcome,
        ...(isObject(usage) ? { usage: [usage] } : {}),
      },
    ];
  }
}

function textOf(output: unknown): string {
  return typeof output === 'string' ? output : JSON.stringify(output ?? null);
}

function frame(event: RunEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}
