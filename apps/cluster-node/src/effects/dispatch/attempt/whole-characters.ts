import type { Chunk } from '../dispatch-api.ts';

/** The text of a delta, by its type, and the field that says whose it is. */
export const DELTAS: Readonly<Record<string, { readonly of: string; readonly text: string }>> = {
  'text-delta': { of: 'id', text: 'delta' },
  'reasoning-delta': { of: 'id', text: 'delta' },
  'tool-input-delta': { of: 'toolCallId', text: 'inputTextDelta' },
};

/** Only an escape can bring half a surrogate pair: bytes that are UTF-8 hold none. */
const ESCAPED_HALF = /\\u[dD][89a-fA-F]/;
const HIGH_HALF_AT_END = /[\ud800-\udbff]$/;

/**
 * What a line of JSON says, with U+FFFD for half a surrogate pair that stands alone: MessagePack, UTF-8 and JSON each make
 * something else of such a half. The text of a delta is left to `WholeCharacters`: its other half may come next.
 */
export function wellFormedValue(value: unknown, json: string): unknown {
  return ESCAPED_HALF.test(json) ? wellFormed(value, true) : value;
}

function wellFormed(value: unknown, isChunk: boolean): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map((member) => wellFormed(member, false));
  if (typeof value !== 'object' || value === null) return value;
  const type = 'type' in value && typeof value.type === 'string' ? value.type : '';
  const delta = isChunk ? deltaOf(type)?.text : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.toWellFormed(),
      key === delta ? member : wellFormed(member, false),
    ]),
  );
}

/**
 * Deltas of one text with every character whole: half a surrogate pair at the end of one is put in front of the next. So a delta
 * is the same text in the log, in a frame between nodes and on a screen. A half that nothing completes is left out.
 */
export class WholeCharacters {
  /** By kind and id of the text. */
  readonly #halves = new Map<string, string>();

  take(chunk: Chunk): Chunk {
    const delta = deltaOf(chunk.type);
    if (delta === null) {
      // What is begun under an id again is another text.
      if (chunk.type.endsWith('-start'))
        this.#halves.delete(keyOf(chunk, chunk.id ?? chunk.toolCallId));
      return chunk;
    }
    const text = chunk[delta.text];
    if (typeof text !== 'string') return chunk;
    const of = keyOf(chunk, chunk[delta.of]);
    const half = this.#halves.get(of);
    if (half === undefined && text.isWellFormed()) return chunk;
    this.#halves.delete(of);
    let whole = (half ?? '') + text;
    if (HIGH_HALF_AT_END.test(whole)) {
      this.#halves.set(of, whole.slice(-1));
      whole = whole.slice(0, -1);
    }
    return { ...chunk, [delta.text]: whole.toWellFormed() };
  }
}

/** The same for all chunks of a text: `text-start`, `text-delta`. */
function keyOf({ type }: Chunk, id: unknown): string {
  return `${type.slice(0, type.lastIndexOf('-'))}:${String(id)}`;
}

function deltaOf(type: string): { readonly of: string; readonly text: string } | null {
  return Object.hasOwn(DELTAS, type) ? (DELTAS[type] ?? null) : null;
}
