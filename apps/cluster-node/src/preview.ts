import { PREVIEW_LENGTH_MAX } from '@fleetlm/protocol';

/** White space is left out of a preview, so that it is made of more text than it has. */
const SOURCE_LENGTH_MAX = 16 * PREVIEW_LENGTH_MAX;
const ELLIPSIS = '…';

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** The beginning of a text on one line, as a user reads it in a list: at most PREVIEW_LENGTH_MAX, cut between characters. */
export function previewLine(text: string): string {
  const line = text.slice(0, SOURCE_LENGTH_MAX).replace(/\s+/g, ' ').trim().toWellFormed();
  if (line.length <= PREVIEW_LENGTH_MAX && text.length <= SOURCE_LENGTH_MAX) return line;
  const room = Math.min(PREVIEW_LENGTH_MAX, line.length) - ELLIPSIS.length;
  return `${line.slice(0, boundaryBefore(line, room)).trimEnd()}${ELLIPSIS}`;
}

/** The end of the last whole character within so many code units. */
function boundaryBefore(line: string, at: number): number {
  // Between two of them there is one always, and most texts need no look at what makes a character.
  if (isAscii(line, at - 1) && isAscii(line, at)) return at;
  const index = characterStart(line, at);
  if (index > 0) return index;
  // One character of more marks than a preview has room for: at least no half of a pair.
  return line.slice(0, at).isWellFormed() ? at : at - 1;
}

function isAscii(line: string, at: number): boolean {
  return at >= 0 && at < line.length && line.charCodeAt(at) < 0x80;
}

/** Where the character (as readers see it) begins that a place of a line is in; the line's end for a place behind it. */
export function characterStart(line: string, at: number): number {
  return graphemes.segment(line).containing(at)?.index ?? line.length;
}
