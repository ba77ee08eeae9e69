import type { NewMessage, Payload, Sender } from '@fleetlm/conversation';
import { REGENERATE_KIND, TOOL_RESPONSE_KIND } from '@fleetlm/protocol/thread';
import { previewLine } from '../preview.ts';
import { requestsIn, responseIn } from '../tool-requests.ts';
import { newUuid } from '../uuid.ts';

type JsonFields = Readonly<Record<string, unknown>>;

/** The body is encoded once, here; log, mesh, state and archive carry the bytes. */
export function newMessage(
  from: Sender['type'],
  kind: string,
  content: JsonFields,
  metadata: JsonFields,
): NewMessage {
  const id = newUuid();
  const described = { id, kind, content, metadata };
  return {
    id,
    kind,
    payload: Buffer.from(JSON.stringify({ content, metadata })),
    preview: previewOf(kind, content),
    ...(from === 'user' ? responseIn(described) : requestsIn(described)),
  };
}

export function encodeObject(value: JsonFields): Payload {
  return Buffer.from(JSON.stringify(value));
}

/** Text as a user would read it in a list: the first characters, on one line. */
export function previewOf(kind: string, content: JsonFields): string {
  if (kind === REGENERATE_KIND) return 'Asked for another answer';
  if (kind === TOOL_RESPONSE_KIND) return 'Answered the agent';
  const text = typeof content.text === 'string' ? content.text : textOfParts(content.parts);
  return previewLine(text);
}

function textOfParts(parts: unknown): string {
  if (!Array.isArray(parts)) return '';
  const texts: string[] = [];
  for (const part of parts) {
    if (typeof part !== 'object' || part === null) continue;
    if ('type' in part && part.type === 'text' && 'text' in part && typeof part.text === 'string')
      texts.push(part.text);
    if (texts.length >= 8) break;
  }
  return texts.join(' ');
}
