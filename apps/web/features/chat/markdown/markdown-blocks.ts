import { Lexer } from 'marked';
import remend from 'remend';
import { markdownSource } from './markdown-source.ts';
import {
  isParsable,
  MARKDOWN_LENGTH_MAX,
  WHOLE_WHILE_STREAMING_LENGTH_MAX,
} from './text-bounds.ts';

/** Definitions that other blocks refer to: `[name]: url`, `[^1]: note`. */
const DEFINITION = /^ {0,3}\[[^[\]\n]+\]:/m;

/**
 * Splits a message into its top-level markdown blocks. While it is written only the last block changes, so each
 * can be drawn once and kept; open syntax at its end is closed, so that half of a bold word is bold. Null: shown as plain text,
 * because parsing it could hold up the page.
 */
export function markdownBlocks(text: string, isStreaming: boolean): readonly string[] | null {
  if (text.length > MARKDOWN_LENGTH_MAX) return null;
  const source = markdownSource(text, isStreaming);
  if (!isParsable(source)) return null;
  // Links across blocks are only right when the whole is parsed as one; while it is written that must not take long.
  if (
    DEFINITION.test(source) &&
    (!isStreaming || source.length <= WHOLE_WHILE_STREAMING_LENGTH_MAX)
  )
    return [isStreaming ? closeSyntax(source) : source];
  const blocks: string[] = [];
  for (const token of new Lexer({ gfm: true }).blockTokens(source, [])) {
    const last = blocks.length - 1;
    const before = blocks[last];
    if (token.type === 'space' && before !== undefined) blocks[last] = before + token.raw;
    else blocks.push(token.raw);
  }
  const tail = blocks.at(-1);
  if (!isStreaming || tail === undefined) return blocks;
  return blocks.with(-1, closeSyntax(tail));
}

/** Only what is open is closed: what is written out stays as the finished text will have it. */
function closeSyntax(tail: string): string {
  return remend(tail, {
    linkMode: 'text-only',
    images: false,
    comparisonOperators: false,
    katex: false,
    singleTilde: false,
  });
}
