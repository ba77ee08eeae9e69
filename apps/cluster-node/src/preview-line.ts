import { PREVIEW_LENGTH_MAX } from '@fleetlm/protocol';

/** Text that a preview is made of, in UTF-16 code units: white space is left out, and a long message is not worked through. */
export const PREVIEW_SOURCE_LENGTH_MAX = 16 * PREVIEW_LENGTH_MAX;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const ASCII = /^[\x20-\x7E]*$/;

/** Text as a person would read it in a list: its beginning, on one line, cut between characters as people see them. */
export function previewLine(text: string): string {
  const source = text.slice(0, PREVIEW_SOURCE_LENGTH_MAX);
  const line = source.replace(/\s+/g, ' ').trim();
  if (line.length <= PREVIEW_LENGTH_MAX && source.length === text.length)
    return line.toWellFormed();
  return `${wholeCharacters(line).trimEnd()}…`;
}

/** What fits of a line with the ellipsis; a character that may go on behind it is left out. */
function wholeCharacters(line: string): string {
  const lengthMax = PREVIEW_LENGTH_MAX - 1;
  if (ASCII.test(line)) return line.slice(0, lengthMax);
  return line.slice(0, characterStart(line, Math.min(lengthMax, line.length - 1))).toWellFormed();
}

/** Where the character (as people see it) begins that a place of a line is in; the line's end for a place behind it. */
export function characterStart(line: string, at: number): number {
  return graphemes.segment(line).containing(at)?.index ?? line.length;
}
