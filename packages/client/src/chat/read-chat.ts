import { threadOf } from '@fleetlm/protocol/thread';
import {
  isObject,
  isUiPart,
  type JsonObject,
  partsOf,
  stringField,
} from '@fleetlm/protocol/ui-stream';
import type { UIMessage } from 'ai';
import { isMessage, type Message } from '../wire.ts';

const PAGE_MESSAGES = 500;

/** Which conversation to read, as whom. */
export interface ReadChatOptions {
  /** The origin of any of the cluster's nodes. */
  readonly node: string;
  readonly token: string;
  readonly session: string;
}

/**
 * A conversation as the `messages` that `useChat` begins with: whole, without what was edited or asked for again.
 * Rejects when the cluster refuses or can't be reached.
 */
export async function readChat({ node, token, session }: ReadChatOptions): Promise<UIMessage[]> {
  const read = async (path: string): Promise<JsonObject> => {
    const response = await fetch(new URL(`/api/sessions/${session}${path}`, node), {
      headers: { authorization: `Bearer ${token}` },
    });
    const body: unknown = await response.json();
    if (response.ok && isObject(body)) return body;
    throw new Error(`The conversation could not be read (${response.status}).`);
  };
  const { session: head } = await read('');
  const userId = isObject(head) ? stringField(head, 'user_id') : null;
  if (userId === null) throw new Error('The cluster answered without a session.');
  const log: Message[] = [];
  for (let isMore = true; isMore; ) {
    const afterSeq = log.at(-1)?.seq ?? 0;
    const page = await read(`/messages?after_seq=${afterSeq}&limit=${PAGE_MESSAGES}`);
    const messages = Array.isArray(page.messages) ? page.messages.filter(isMessage) : [];
    log.push(...messages);
    isMore = page.has_more === true && messages.length > 0;
  }
  return uiMessagesOf(log, userId);
}

/** The messages of the AI SDK for those of a log that is here from its first message on. */
export function uiMessagesOf(log: readonly Message[], userId: string): UIMessage[] {
  return threadOf(log, { isWhole: true }).messages.map((message): UIMessage => {
    const { id, sender_id, metadata } = message;
    const shownAs =
      stringField(metadata, 'continues') ?? stringField(metadata, 'client_message_id');
    return {
      id: shownAs ?? id,
      role: sender_id === userId ? 'user' : 'assistant',
      metadata,
      parts: partsOf(message).filter(isSdkPart),
    };
  });
}

/** The parts of this protocol are the AI SDK's: what the one reader makes of a stream the other does, too. */
function isSdkPart(part: unknown): part is UIMessage['parts'][number] {
  return isUiPart(part);
}
