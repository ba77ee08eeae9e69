import type { UiChunk } from './assemble-message.ts';
import { isObject, optional, stringField } from './fields.ts';
import type { UiPart } from './parts.ts';

/** The part that a chunk is as a whole: sources, files, and what a provider or a steering user adds. */
export function referencePart(chunk: UiChunk): UiPart | null {
  const own = optional(
    'providerMetadata',
    isObject(chunk.providerMetadata) ? chunk.providerMetadata : undefined,
  );
  const url = stringField(chunk, 'url');
  const sourceId = stringField(chunk, 'sourceId');
  const mediaType = stringField(chunk, 'mediaType');
  const title = stringField(chunk, 'title');
  const { type } = chunk;
  if (type === 'source-url' && sourceId !== null && url !== null)
    return { type, sourceId, url, ...optional('title', title), ...own };
  if (type === 'source-document' && sourceId !== null && mediaType !== null && title !== null) {
    const filename = optional('filename', stringField(chunk, 'filename'));
    return { type, sourceId, mediaType, title, ...filename, ...own };
  }
  if ((type === 'file' || type === 'reasoning-file') && url !== null && mediaType !== null)
    return { type, mediaType, url, ...own };
  const kind = stringField(chunk, 'kind');
  if (type === 'custom' && kind !== null) return { type, kind, ...own };
  const id = stringField(chunk, 'id');
  if (type === 'steering-message' && id !== null) return { type, id, parts: chunk.parts };
  return null;
}
