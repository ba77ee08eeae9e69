import type { NewMessage, Sender } from '@fleetlm/conversation';
import { type FlatReader, type FlatWriter, fitsFlat, type OnlyWith } from './flat-bytes.ts';

/** A message on its way into its session, as the node that took it and the log both say it. */
export interface MessageToAppend {
  readonly sessionId: string;
  readonly sender: Sender;
  readonly clientMessageId: string;
  readonly message: NewMessage;
}

const SENDER_TYPES = ['user', 'agent'] as const satisfies readonly Sender['type'][];

type WrittenMessage = OnlyWith<
  NewMessage,
  'id' | 'kind' | 'payload' | 'preview' | 'requests' | 'response'
>;

/** It is about no tool call. */
export function isPlain({ requests, response }: WrittenMessage): boolean {
  return requests === undefined && response === undefined;
}

/** Neither one that is not plain nor a large one has. */
export function hasFlatForm(append: MessageToAppend): boolean {
  const { sessionId, sender, clientMessageId, message } = append;
  const { id, kind, preview, payload } = message;
  const textLength =
    sessionId.length +
    sender.id.length +
    clientMessageId.length +
    id.length +
    kind.length +
    preview.length;
  return isPlain(message) && fitsFlat(textLength, payload.length);
}

export function writeMessage(out: FlatWriter, append: MessageToAppend): FlatWriter {
  const { sessionId, sender, clientMessageId, message } = append;
  return out
    .text(sessionId)
    .u8(SENDER_TYPES.indexOf(sender.type))
    .text(sender.id)
    .text(clientMessageId)
    .text(message.id)
    .text(message.kind)
    .text(message.preview)
    .bytes(message.payload);
}

export function readMessage(from: FlatReader): MessageToAppend {
  const sessionId = from.text();
  const type = from.choice(SENDER_TYPES, 'type of sender');
  const sender: Sender = { type, id: from.text() };
  const clientMessageId = from.text();
  const id = from.text();
  const kind = from.text();
  const preview = from.text();
  return {
    sessionId,
    sender,
    clientMessageId,
    message: { id, kind, payload: from.bytes(), preview },
  };
}
