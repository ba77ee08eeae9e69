import { RunningAnswer } from '../../../attempt/running-answer.ts';
import { checkChunk } from '../../../attempt/valid-chunk.ts';
import type { Chunk } from '../../../dispatch-api.ts';
import { AnswerStreamError, type StreamItem } from '../../answer-stream.ts';
import { type EventTranslation, TranslatedReader } from '../translated-reader.ts';

/** What a reader gives out of bytes that come `size` at a time. */
export function readWith(
  translation: EventTranslation,
  stream: string,
  contentType: string,
  size: number,
) {
  const reader = new TranslatedReader(contentType, translation);
  const bytes = new TextEncoder().encode(stream);
  const items: StreamItem[] = [];
  try {
    for (let at = 0; at < bytes.length && reader.broken === null; at += size)
      items.push(...reader.push(bytes.subarray(at, Math.min(bytes.length, at + size))));
    if (reader.broken === null) items.push(...reader.end());
  } catch (error) {
    if (!(error instanceof AnswerStreamError)) throw error;
  }
  return { items, chunks: items.flatMap(chunkOf), error: reader.broken?.message ?? null };
}

function chunkOf(item: StreamItem): readonly Chunk[] {
  if (item.type === 'done') return [];
  const checked = checkChunk(item.value);
  if (!checked.ok) throw new Error(checked.detail);
  return [checked.chunk];
}

/** The assembled reply, by the rules of every reply. */
export function assembled(chunks: readonly Chunk[]): RunningAnswer {
  const answer = new RunningAnswer('m');
  for (const chunk of chunks) {
    const taken = answer.take(chunk);
    if (!taken.ok) throw new Error(taken.protocolError);
  }
  return answer;
}

export function mergedTypes(chunks: readonly Chunk[]): readonly string[] {
  return chunks
    .map(({ type }) => type)
    .filter((type, at, all) => type !== all[at - 1] || !type.endsWith('-delta'));
}

export const textOf = (chunks: readonly Chunk[], type: string): string =>
  chunks.flatMap((chunk) => (chunk.type === type ? [String(chunk.delta)] : [])).join('');
