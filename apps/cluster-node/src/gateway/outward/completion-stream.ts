import type { Completion } from '@fleetlm/protocol';
import { isObject, type JsonObject } from '@fleetlm/protocol/ui-stream';
import type { Chunk } from '../../runtime/runtime-api.ts';
import type { StreamFormat } from '../event-stream.ts';

/** Between two texts of one reply: before and after a tool was called. */
const BETWEEN = '\n\n';

export interface CompletionHead {
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  readonly model: string;
}

type FinishReason = Completion['choices'][number]['finish_reason'];

/** How a reply ended. */
interface End {
  readonly finishReason: FinishReason;
  readonly usage: NonNullable<Completion['usage']> | null;
}

interface Delta {
  readonly kind: 'content' | 'reasoning_content';
  readonly text: string;
}

/** A reply as a model would have given it: text and thinking. Calls of tools are the agent's own affair. */
class CompletionText {
  #hasText = false;
  #isNext = false;

  deltaOf(chunk: Chunk): Delta | null {
    if (chunk.type === 'text-start') this.#isNext = this.#hasText;
    if (typeof chunk.delta !== 'string' || chunk.delta === '') return null;
    if (chunk.type === 'reasoning-delta') return { kind: 'reasoning_content', text: chunk.delta };
    if (chunk.type !== 'text-delta') return null;
    const text = this.#isNext ? BETWEEN + chunk.delta : chunk.delta;
    this.#hasText = true;
    this.#isNext = false;
    return { kind: 'content', text };
  }
}

function endOf({ finishReason, messageMetadata }: Chunk): End {
  const usage = isObject(messageMetadata) ? messageMetadata.usage : undefined;
  return {
    finishReason:
      finishReason === 'length'
        ? 'length'
        : finishReason === 'content-filter'
          ? 'content_filter'
          : 'stop',
    usage: isObject(usage) ? usageOf(usage) : null,
  };
}

function usageOf(usage: JsonObject): NonNullable<Completion['usage']> {
  const count = (name: string): number => {
    const tokens = usage[name];
    return typeof tokens === 'number' ? tokens : 0;
  };
  const prompt = count('inputTokens');
  const completion = count('outputTokens');
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: count('totalTokens') || prompt + completion,
  };
}

/** A completion that is streamed: `chat.completion.chunk` events. */
export class CompletionStream implements StreamFormat {
  readonly headers = {};
  readonly #head: CompletionHead;
  readonly #withUsage: boolean;
  readonly #text = new CompletionText();
  #hasBegun = false;
  #isEnded = false;

  constructor(head: CompletionHead, withUsage: boolean) {
    this.#head = head;
    this.#withUsage = withUsage;
  }

  frames(chunks: readonly Chunk[]): readonly string[] {
    return chunks.flatMap((chunk) => this.#framesOf(chunk));
  }

  lastFrame(): string {
    const end = this.#finished({ finishReason: 'stop', usage: null });
    return `${end.join('')}data: [DONE]\n\n`;
  }

  #framesOf(chunk: Chunk): readonly string[] {
    if (this.#isEnded) return [];
    if (chunk.type === 'error') {
      this.#isEnded = true;
      const error = { message: chunk.errorText, type: 'agent_failed', param: null, code: null };
      return [frame({ error })];
    }
    if (chunk.type === 'finish') return this.#finished(endOf(chunk));
    const begun = this.#begun();
    const delta = this.#text.deltaOf(chunk);
    return delta === null ? begun : [...begun, this.#chunk({ [delta.kind]: delta.text })];
  }

  #begun(): readonly string[] {
    if (this.#hasBegun) return [];
    this.#hasBegun = true;
    return [this.#chunk({ role: 'assistant', content: '' })];
  }

  #finished({ finishReason, usage }: End): readonly string[] {
    if (this.#isEnded) return [];
    this.#isEnded = true;
    return [
      ...this.#begun(),
      this.#chunk({}, finishReason),
      ...(this.#withUsage ? [frame({ ...this.#chunkHead, choices: [], usage })] : []),
    ];
  }

  get #chunkHead() {
    return { ...this.#head, object: 'chat.completion.chunk' };
  }

  #chunk(delta: object, finishReason: FinishReason | null = null): string {
    const choice = { index: 0, delta, logprobs: null, finish_reason: finishReason };
    return frame({ ...this.#chunkHead, choices: [choice] });
  }
}

/** A completion that is answered as a whole. */
export class WholeCompletion {
  readonly #text = new CompletionText();
  readonly #pieces: Record<Delta['kind'], string[]> = { content: [], reasoning_content: [] };
  #end: End = { finishReason: 'stop', usage: null };
  #error: string | null = null;

  /** What went wrong; null: nothing. */
  get error(): string | null {
    return this.#error;
  }

  readonly take = (chunks: readonly Chunk[]): void => {
    for (const chunk of chunks) {
      const delta = this.#text.deltaOf(chunk);
      if (delta !== null) this.#pieces[delta.kind].push(delta.text);
      else if (chunk.type === 'finish') this.#end = endOf(chunk);
      else if (chunk.type === 'error') this.#error = String(chunk.errorText);
    }
  };

  body(head: CompletionHead): Completion {
    const reasoning = this.#pieces.reasoning_content.join('');
    const { finishReason, usage } = this.#end;
    return {
      ...head,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: this.#pieces.content.join(''),
            refusal: null,
            ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
          },
          logprobs: null,
          finish_reason: finishReason,
        },
      ],
      ...(usage === null ? {} : { usage }),
    };
  }
}

function frame(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
