import { AUTOMATIC_TITLE_LENGTH_MAX } from '../limits.ts';

/*
 * A conversation is called by `metadata.title`. Who gave it stands beside it: a title of a person is never replaced, one that was
 * made of the first message is replaced by the agent's, and the agent may give another one.
 */

/** The key of a title in a session's metadata. */
export const TITLE_KEY = 'title';
/** The key of where a title came from; absent beside a title of a person. */
export const TITLE_SOURCE_KEY = 'title_source';
/** The type of the chunk by which an agent names a conversation. */
export const TITLE_CHUNK_TYPE = 'data-title';

type TitleSource = 'first_message' | 'agent';

/** A title is made of so much of a text at most: what is longer is cut anyhow. */
const SOURCE_LENGTH_MAX = 8 * AUTOMATIC_TITLE_LENGTH_MAX;
const ELLIPSIS = '…';
/** A word longer than this share of a title is cut within. */
const WORD_SHARE_MAX = 0.4;

/**
 * The beginning of a text as a title: one line, without blanks around, cut behind a word. Empty: the text has no words.
 *
 * @example automaticTitle('How do I move\n a group?') // 'How do I move a group?'
 */
export function automaticTitle(text: string): string {
  const line = text.slice(0, SOURCE_LENGTH_MAX).toWellFormed().replace(/\s+/g, ' ').trim();
  if (line.length <= AUTOMATIC_TITLE_LENGTH_MAX) return line;
  const room = line.slice(0, AUTOMATIC_TITLE_LENGTH_MAX - ELLIPSIS.length);
  const blank = room.lastIndexOf(' ');
  const isWordEnd = blank > room.length * (1 - WORD_SHARE_MAX);
  return `${(isWordEnd ? room.slice(0, blank) : withoutHalf(room)).trimEnd()}${ELLIPSIS}`;
}

/** The title that a chunk of an agent gives: `{"type":"data-title","data":"…"}`, or `data.title`. Null: it gives none. */
export function titleInChunk(chunk: {
  readonly type: string;
  readonly data?: unknown;
}): string | null {
  if (chunk.type !== TITLE_CHUNK_TYPE) return null;
  const { data } = chunk;
  const given = typeof data === 'object' && data !== null && 'title' in data ? data.title : data;
  const title = typeof given === 'string' ? automaticTitle(given) : '';
  return title === '' ? null : title;
}

/** The metadata with another automatic title; null: they stay, because a person named the conversation or nothing changes. */
export function withAutomaticTitle(
  metadata: Readonly<Record<string, unknown>>,
  title: string,
  source: TitleSource,
): Readonly<Record<string, unknown>> | null {
  const present = metadata[TITLE_KEY];
  const isNamed = typeof present === 'string' && present !== '';
  if (isNamed && (source === 'first_message' || metadata[TITLE_SOURCE_KEY] === undefined))
    return null;
  if (present === title && metadata[TITLE_SOURCE_KEY] === source) return null;
  return { ...metadata, [TITLE_KEY]: title, [TITLE_SOURCE_KEY]: source };
}

/** A text that was cut anywhere ends with a whole character. */
function withoutHalf(text: string): string {
  return text.isWellFormed() ? text : text.slice(0, -1);
}
