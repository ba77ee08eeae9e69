import { createParser } from 'eventsource-parser';

/** One line or event of a stream. */
export type StreamItem =
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'done' }
  | { readonly type: 'not-json'; readonly text: string };

export interface StreamReading {
  readonly format: 'sse' | 'ndjson';
  /** The content type says it; otherwise the first character did. */
  readonly isDeclared: boolean;
  readonly items: readonly StreamItem[];
}

const NDJSON_TYPES: readonly string[] = [
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/jsonlines',
];

/** Reads a whole answer as FleetLM does: by its content type, and by its first character when that says nothing. */
export function readStream(contentType: string | null, text: string): StreamReading {
  const declared = declaredFormat(contentType);
  const format = declared ?? formatByFirstCharacter(text);
  const items = format === 'sse' ? readEvents(text) : readLines(text);
  return { format, isDeclared: declared !== null, items };
}

function declaredFormat(contentType: string | null): 'sse' | 'ndjson' | null {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/event-stream') return 'sse';
  return NDJSON_TYPES.includes(type) ? 'ndjson' : null;
}

function formatByFirstCharacter(text: string): 'sse' | 'ndjson' {
  return text.trimStart().startsWith('{') ? 'ndjson' : 'sse';
}

function readEvents(text: string): readonly StreamItem[] {
  const items: StreamItem[] = [];
  const parser = createParser({ onEvent: ({ data }) => items.push(readItem(data)) });
  parser.feed(text);
  // The last event may lack its empty line.
  parser.feed('\n\n');
  // What is neither a field nor a comment is no event at all, and an SSE parser passes over it.
  if (items.length === 0 && text.trim() !== '')
    return [{ type: 'not-json', text: text.trim().split('\n')[0] ?? '' }];
  return items;
}

function readLines(text: string): readonly StreamItem[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(readItem);
}

function readItem(text: string): StreamItem {
  if (text.trim() === '[DONE]') return { type: 'done' };
  try {
    return { type: 'value', value: JSON.parse(text) };
  } catch {
    return { type: 'not-json', text };
  }
}
