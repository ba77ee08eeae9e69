import { type ChatTransport, DefaultChatTransport, readUIMessageStream, type UIMessage } from 'ai';
import { type TestCluster, tokenFor } from './cluster.ts';

/** A page with `useChat`, without the page: its transport and its list of messages. */
export class ChatPage {
  messages: UIMessage[] = [];
  readonly transport: ChatTransport<UIMessage>;
  readonly chatId: string;
  readonly #cluster: TestCluster;
  session = '';
  #sent = 0;

  constructor(cluster: TestCluster, node: string, chatId: string, user: string) {
    this.#cluster = cluster;
    this.chatId = chatId;
    this.transport = new DefaultChatTransport({
      api: `${cluster.node(node).url}/api/chat`,
      headers: async () => ({
        authorization: `Bearer ${await tokenFor(user)}`,
        'x-ai-sdk-version': '7.0.173',
      }),
      body: { agent_id: 'sdk' },
      fetch: async (...call) => {
        const response = await fetch(...call);
        this.session = response.headers.get('x-fleetlm-session') ?? this.session;
        return response;
      },
    });
  }

  user(text: string): UIMessage {
    this.#sent += 1;
    return { id: `u${this.#sent}-${this.chatId}`, role: 'user', parts: [{ type: 'text', text }] };
  }

  async *submit(
    options: { trigger?: 'submit-message' | 'regenerate-message'; messageId?: string } = {},
  ) {
    const stream = await this.transport.sendMessages({
      chatId: this.chatId,
      messages: this.messages,
      trigger: options.trigger ?? 'submit-message',
      messageId: options.messageId,
      abortSignal: undefined,
    });
    yield* this.#read(stream, this.messages.at(-1));
  }

  async *resume() {
    const stream = await this.transport.reconnectToStream({ chatId: this.chatId });
    if (stream !== null) yield* this.#read(stream, undefined);
  }

  async *#read(
    stream: Awaited<ReturnType<ChatTransport<UIMessage>['sendMessages']>>,
    last: UIMessage | undefined,
  ) {
    const message = last?.role === 'assistant' ? structuredClone(last) : undefined;
    const states = readUIMessageStream({
      stream,
      ...(message === undefined ? {} : { message }),
      terminateOnError: true,
    });
    for await (const state of states) {
      this.messages = [...this.messages.filter(({ id }) => id !== state.id), state];
      yield state;
    }
  }

  async say(text: string): Promise<string> {
    this.messages.push(this.user(text));
    return this.all(this.submit());
  }

  async all(states: AsyncGenerator<UIMessage>): Promise<string> {
    let last: UIMessage | undefined;
    for await (const state of states) last = state;
    return textOf(last);
  }

  async log() {
    const { body } = await this.#cluster.call(
      'n2',
      'GET',
      `/api/sessions/${this.session}/messages?after_seq=0&limit=100`,
    );
    return body.messages as unknown as {
      id: string;
      kind: string;
      content: { id?: string; text?: string; parts?: UIMessage['parts'] };
      metadata: Record<string, unknown>;
    }[];
  }
}

export const textOf = (message: UIMessage | undefined): string =>
  message?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('') ?? '';
