import { isObject, stringField } from '@fleetlm/protocol/ui-stream';
import type { ChatTransport, UIMessage, UIMessageChunk } from 'ai';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { TokenProvider } from '../connection/token-source.ts';

/** Which cluster and, for new chats, which agent `useChat` speaks to. */
export interface FleetChatOptions {
  /** Origins of the cluster's nodes; any of them serves any chat, the next one is asked when one is away. */
  readonly nodes: readonly string[];
  readonly token: TokenProvider;
  /** For chats that are new: whom they are with. A chat whose id is a session's needs none. */
  readonly agentId?: string;
  /** The version of `ai` on this page, so that it is sent what it understands, and all of that. */
  readonly aiVersion?: string;
}

/** The oldest version of `ai` that this transport is typed for. */
const AI_VERSION_DEFAULT = '7.0.70';

type SendOptions = Parameters<ChatTransport<UIMessage>['sendMessages']>[0];
type ReconnectOptions = Parameters<ChatTransport<UIMessage>['reconnectToStream']>[0];

/**
 * `useChat` over a cluster: like its default transport, but only the newest message is sent, another node is asked when
 * one is away, and `stop()` stops the agent, not only the reading.
 */
export class FleetChatTransport<M extends UIMessage = UIMessage> implements ChatTransport<M> {
  /** A resumed answer comes from its first chunk. */
  readonly resumeStreamIsReplay = true;
  readonly #options: FleetChatOptions;
  /** Of `nodes`: the one that answered last. */
  #node = 0;

  constructor(options: FleetChatOptions) {
    if (options.nodes.length === 0) throw new RangeError('`nodes` must name at least one node.');
    this.#options = options;
  }

  /** Rejects with what the cluster says when it refuses the message. */
  async sendMessages(
    options: Pick<SendOptions, 'chatId' | 'trigger' | 'messageId' | 'abortSignal'> & {
      readonly messages: readonly M[];
    },
  ): Promise<ReadableStream<UIMessageChunk>> {
    const { chatId, messages, trigger, messageId, abortSignal } = options;
    const response = await this.#fetch('/api/chat', {
      method: 'POST',
      body: JSON.stringify({
        id: chatId,
        messages: messages.slice(-1),
        trigger,
        ...(messageId === undefined ? {} : { messageId }),
        ...(this.#options.agentId === undefined ? {} : { agent_id: this.#options.agentId }),
      }),
    });
    const session = response.headers.get('x-fleetlm-session');
    // A reload does not come here: an abort wants the agent to stop.
    const stop = (): void => {
      if (session !== null) void this.#stop(session);
    };
    if (abortSignal?.aborted === true) stop();
    else abortSignal?.addEventListener('abort', stop, { once: true });
    return chunksOf(response);
  }

  /** Null: no answer is in progress. */
  async reconnectToStream(
    options: Pick<ReconnectOptions, 'chatId' | 'abortSignal'>,
  ): Promise<ReadableStream<UIMessageChunk> | null> {
    const { chatId, abortSignal } = options;
    const response = await this.#fetch(`/api/chat/${encodeURIComponent(chatId)}/stream`, {
      ...(abortSignal === undefined ? {} : { signal: abortSignal }),
    });
    return response.status === 204 ? null : chunksOf(response);
  }

  /** Stopping is a wish: when no node can be asked the reading has ended all the same. */
  async #stop(session: string): Promise<void> {
    await this.#fetch(`/api/sessions/${session}/stop`, { method: 'POST' }).catch(() => undefined);
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const token = await this.#options.token();
    if (token === null) throw new Error('No user is signed in.');
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-ai-sdk-version': this.#options.aiVersion ?? AI_VERSION_DEFAULT,
    };
    const response = await this.#anyNode(path, { ...init, headers });
    if (response.ok) return response;
    throw new Error(await reasonOf(response));
  }

  /** The same message may be sent again: the cluster knows it by its id. */
  async #anyNode(path: string, init: RequestInit): Promise<Response> {
    const { nodes } = this.#options;
    let failure: unknown;
    for (let tried = 0; tried < nodes.length; tried += 1) {
      try {
        return await fetch(new URL(path, nodes[this.#node]), init);
      } catch (error) {
        failure = error;
        if (init.signal?.aborted === true) break;
        this.#node = (this.#node + 1) % nodes.length;
      }
    }
    throw failure;
  }
}

function chunksOf(response: Response): ReadableStream<UIMessageChunk> {
  if (response.body === null) throw new Error('The answer has no body.');
  return response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .pipeThrough(
      new TransformStream({
        transform({ data }, controller) {
          if (data !== '[DONE]') controller.enqueue(JSON.parse(data));
        },
      }),
    );
}

async function reasonOf(response: Response): Promise<string> {
  const fallback = `The cluster answered with ${response.status}.`;
  try {
    const problem: unknown = await response.json();
    const detail = isObject(problem) ? stringField(problem, 'detail') : null;
    return detail ?? fallback;
  } catch {
    return fallback;
  }
}
