import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { convertToModelMessages, stepCountIs, streamText, tool, type UIMessage } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import * as z from 'zod';

type StreamResult = Awaited<ReturnType<MockLanguageModelV4['doStream']>>;
export type ModelChunk = StreamResult['stream'] extends ReadableStream<infer T> ? T : never;
export type Prompt = Parameters<MockLanguageModelV4['doStream']>[0]['prompt'];
export type Script = (prompt: Prompt) => AsyncGenerator<ModelChunk>;

export const FINISH: ModelChunk = {
  type: 'finish',
  finishReason: { unified: 'stop', raw: 'stop' },
  usage: {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  },
};

export const TEXT = {
  start: { type: 'text-start', id: '1' },
  end: { type: 'text-end', id: '1' },
} as const;
export const word = (delta: string): ModelChunk => ({ type: 'text-delta', id: '1', delta });

export async function* say(...words: readonly string[]): AsyncGenerator<ModelChunk> {
  yield TEXT.start;
  for (const delta of words) yield word(delta);
  yield TEXT.end;
  yield FINISH;
}

/** Says half, and the rest when it may. */
export function twoHalves(
  passed: Promise<void>,
  halves = ['First half,', ' second half.'],
): Script {
  return async function* () {
    yield TEXT.start;
    yield word(halves[0] ?? '');
    await passed;
    yield word(halves[1] ?? '');
    yield TEXT.end;
    yield FINISH;
  };
}

/** The model wants to send mail, and says so once it may. */
export const mailBob: Script = async function* (prompt) {
  if (prompt.at(-1)?.role === 'tool') yield* say('Sent.');
  else {
    yield { type: 'tool-call', toolCallId: 'c1', toolName: 'mail', input: '{"to":"bob"}' };
    yield { ...FINISH, finishReason: { unified: 'tool-calls', raw: 'tool_calls' } };
  }
};

/** Pulled, so that a script never runs ahead of its reader. */
function streamOf(chunks: AsyncGenerator<ModelChunk>): ReadableStream<ModelChunk> {
  return new ReadableStream<ModelChunk>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** A gate in a script: `passed` waits until it is opened. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}

/** A real AI SDK route handler behind a real server; only the model is scripted. */
export class SdkAgent {
  readonly requests: { readonly messages: UIMessage[]; readonly trigger: string }[] = [];
  readonly mails: unknown[] = [];
  script: Script = () => say('Hello', ' there');
  readonly #server: Server;
  readonly #model = new MockLanguageModelV4({
    doStream: async ({ prompt }) => ({ stream: streamOf(this.script(prompt)) }),
  });

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const hangUp = new AbortController();
    response.once('close', () => hangUp.abort());
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { signal } = hangUp;
    const body = Buffer.concat(chunks);
    const url = `http://127.0.0.1${request.url}`;
    const answer = await this.POST(new Request(url, { method: 'POST', body, signal }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    for await (const bytes of answer.body ?? []) response.write(bytes);
    response.end();
  }

  /** As the AI SDK's guide has it: nothing in here knows FleetLM. */
  async POST(request: Request): Promise<Response> {
    const body = (await request.json()) as { messages: UIMessage[]; trigger: string };
    this.requests.push(body);
    const result = streamText({
      model: this.#model,
      messages: await convertToModelMessages(body.messages),
      stopWhen: stepCountIs(3),
      experimental_toolApprovalSecret: 'a-secret-of-the-agent',
      tools: {
        mail: tool({
          description: 'sends mail',
          inputSchema: z.object({ to: z.string() }),
          needsApproval: true,
          execute: async (input) => {
            this.mails.push(input);
            return { sent: true };
          },
        }),
      },
      abortSignal: request.signal,
      onError: () => undefined,
    });
    return result.toUIMessageStreamResponse({ originalMessages: body.messages });
  }
}
