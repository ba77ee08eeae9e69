import {
  parse,
  type UiMessageChunk,
  uiMessageChunkKind,
  uiMessageChunkSchema,
} from '@fleetlm/protocol';
import { ChunkOrder } from './chunk-order.ts';
import { type Finding, ok, skipped, warning, wrong } from './findings.ts';
import type { StreamItem, StreamReading } from './read-stream.ts';

const LINE_LENGTH_MAX = 1024 * 1024;
const CHUNKS_MAX = 250_000;
/** Faults of one kind that are listed; the rest is counted. */
const FAULTS_LISTED_MAX = 3;

const HANDLER_ADVICE =
  'Answer with an AI SDK UI message stream: toUIMessageStreamResponse() of the AI SDK, or @fleetlm/agent, or one chunk a line.';

/** Looks at the stream of an answer: its format, its chunks, their order, its end. Pure. */
export function examineStream(
  reading: StreamReading,
  contentType: string | null,
): readonly Finding[] {
  if (reading.items.length === 0) return [wrong('format', 'the body is empty', HANDLER_ADVICE)];
  const { valid, invalid } = checkedChunks(reading.items);
  const head = [formatFinding(reading, contentType), chunksFinding(valid, invalid)];
  // Without a single chunk the rest would say the same in other words.
  if (valid.length === 0) return head;
  const order = new ChunkOrder();
  for (const chunk of valid) order.take(chunk);
  return [
    ...head,
    orderFinding(order),
    contentFinding(order),
    endFinding(order, reading),
    clientsFinding(valid),
  ];
}

function formatFinding(reading: StreamReading, contentType: string | null): Finding {
  const { format, isDeclared } = reading;
  const name = format === 'sse' ? 'server-sent events' : 'newline-delimited JSON';
  if (isDeclared) return ok('format', name);
  return warning(
    'format',
    `${name} by the first character, but the content type is ${contentType ?? 'missing'}`,
    'Say content-type: text/event-stream (server-sent events) or application/x-ndjson (one chunk a line).',
  );
}

function checkedChunks(items: readonly StreamItem[]): {
  readonly valid: readonly UiMessageChunk[];
  readonly invalid: readonly string[];
} {
  const valid: UiMessageChunk[] = [];
  const invalid: string[] = [];
  for (const item of items) {
    if (item.type === 'done') continue;
    if (item.type === 'not-json') {
      invalid.push(`not JSON: ${excerpt(item.text)}`);
      continue;
    }
    const chunk = uiMessageChunkSchema.safeParse(item.value);
    if (chunk.success) valid.push(chunk.data);
    else invalid.push(`${excerpt(JSON.stringify(item.value))}: ${whyInvalid(item.value)}`);
  }
  return { valid, invalid };
}

function whyInvalid(value: unknown): string {
  const type = typeof value === 'object' && value !== null ? Reflect.get(value, 'type') : undefined;
  if (typeof type !== 'string') return 'a chunk is an object with a type';
  const kind = uiMessageChunkKind(type);
  if (kind === null) return `no chunk has the type "${type}"`;
  const parsed = parse(kind.schema, value);
  return parsed.ok ? 'it is not a chunk' : parsed.detail;
}

function chunksFinding(valid: readonly UiMessageChunk[], invalid: readonly string[]): Finding {
  if (invalid.length > 0) {
    return wrong('chunks', listed(invalid), chunkAdvice(invalid));
  }
  if (valid.length > CHUNKS_MAX) {
    return wrong(
      'chunks',
      `${valid.length} chunks`,
      `Write at most ${CHUNKS_MAX}: put deltas together.`,
    );
  }
  const longest = valid.findIndex((chunk) => JSON.stringify(chunk).length > LINE_LENGTH_MAX);
  if (longest >= 0) {
    return wrong(
      'chunks',
      `chunk ${longest + 1} is longer than ${LINE_LENGTH_MAX} characters`,
      'Send large files by URL, and long text as several deltas.',
    );
  }
  return valid.length === 0
    ? wrong('chunks', 'there are none', HANDLER_ADVICE)
    : ok('chunks', `${valid.length}, each valid`);
}

function chunkAdvice(invalid: readonly string[]): string {
  const first = invalid[0] ?? '';
  if (/^not JSON: [0-9a-g]:/.test(first)) {
    return 'This is the data stream of AI SDK 4 and older. Use toUIMessageStreamResponse() of AI SDK 5 and up.';
  }
  return /"choices":/.test(first)
    ? 'This is the stream of a model provider. Pass it through the AI SDK, or write chunks of your own.'
    : HANDLER_ADVICE;
}

function orderFinding(order: ChunkOrder): Finding {
  const { faults } = order;
  if (faults.length === 0)
    return ok('order', 'every start has its end, every tool call its outcome');
  const isWrong = faults.some(({ verdict }) => verdict === 'wrong');
  const detail = listed(faults.map((fault) => fault.detail));
  return isWrong
    ? wrong(
        'order',
        detail,
        'Readers of the AI SDK stop at such a chunk. Write the start before it, with the same id.',
      )
    : warning(
        'order',
        detail,
        'FleetLM closes what is open when the answer is not finished properly.',
      );
}

function contentFinding(order: ChunkOrder): Finding {
  if (order.end === 'error') return skipped('content', 'the answer is an error');
  if (order.contentCount > 0) return ok('content', 'there is something to read');
  return wrong(
    'content',
    'the frame of an answer without anything in it',
    'Write at least a text part: text-start, text-delta, text-end.',
  );
}

function endFinding(order: ChunkOrder, reading: StreamReading): Finding {
  switch (order.end) {
    case 'error':
      return wrong(
        'end',
        'the agent answered with an error chunk',
        'As the first content FleetLM takes it for a failed attempt and tries again; later it ends the message. See the log of your agent.',
      );
    case null:
      return wrong(
        'end',
        'the stream ends without finish or abort',
        'The answer would be kept as broken off (termination "disconnect"). Write {"type":"finish"} last.',
      );
    case 'abort':
      return ok('end', 'abort');
    case 'finish': {
      const isDone = reading.items.at(-1)?.type === 'done';
      if (reading.format !== 'sse' || isDone)
        return ok('end', isDone ? 'finish, then [DONE]' : 'finish');
      return warning('end', 'finish, but no [DONE]', 'End server-sent events with "data: [DONE]".');
    }
  }
}

/** Which versions of the AI SDK on the other side of FleetLM know all of it. */
function clientsFinding(valid: readonly UiMessageChunk[]): Finding {
  const newer = new Map<string, number>();
  for (const { type } of valid) {
    const since = uiMessageChunkKind(type)?.since ?? 5;
    if (since > 5) newer.set(type, since);
  }
  if (newer.size === 0) return ok('clients', 'known to the AI SDK 5, 6 and 7');
  const needed = [...newer].map(([type, since]) => `${type} needs ${since}`).join(', ');
  return ok('clients', `${needed}; a reader built with an older one does not know it`);
}

function listed(faults: readonly string[]): string {
  const rest = faults.length - FAULTS_LISTED_MAX;
  const first = faults.slice(0, FAULTS_LISTED_MAX).join('; ');
  return rest > 0 ? `${first}; and ${rest} more` : first;
}

function excerpt(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}
