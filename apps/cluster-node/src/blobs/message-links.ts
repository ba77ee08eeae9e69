import { blobIdOf, type WebhookMessage } from '@fleetlm/protocol';

type Part = WebhookMessage['parts'][number];

/** The address of a file of the conversation, or its bytes as a data URL. */
export type LinkOf = (blobId: string) => Promise<string>;

/**
 * Messages as an agent is sent them: where a part names a stored file, the address that it can be read from for a while. The log
 * keeps the name. Messages without files are the same objects as before. The newest are asked for first.
 */
export async function withLinks(
  messages: readonly WebhookMessage[],
  linkOf: LinkOf,
): Promise<readonly WebhookMessage[]> {
  const all = [...messages];
  for (const [index, message] of [...messages.entries()].toReversed())
    if (message.parts.some(namesBlob)) all[index] = await linked(message, linkOf);
  return all;
}

async function linked(message: WebhookMessage, linkOf: LinkOf): Promise<WebhookMessage> {
  const parts: Part[] = [];
  for (const part of message.parts) parts.push(await linkedPart(part, linkOf));
  const { content } = message;
  return { ...message, parts, content: 'parts' in content ? { ...content, parts } : content };
}

async function linkedPart(part: Part, linkOf: LinkOf): Promise<Part> {
  const blobId = blobIdOfPart(part);
  if (blobId === null) return part;
  return { ...withoutPreview(part), url: await linkOf(blobId) };
}

/** The small picture that the page of its sender made is for pages: a model would be sent it as text. */
function withoutPreview(part: Part): Part {
  const { providerMetadata, ...rest } = part;
  if (typeof providerMetadata !== 'object' || providerMetadata === null) return part;
  const { fleetlm: _, ...others } = providerMetadata as Readonly<Record<string, unknown>>;
  return Object.keys(others).length === 0 ? rest : { ...rest, providerMetadata: others };
}

function namesBlob(part: Part): boolean {
  return blobIdOfPart(part) !== null;
}

function blobIdOfPart({ type, url }: Part): string | null {
  return type === 'file' && typeof url === 'string' ? blobIdOf(url) : null;
}
