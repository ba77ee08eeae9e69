import { closesFence, fenceOf, NO_FENCE, opensFence } from './fences.ts';

/** Markdown of one text, in UTF-16 code units; a longer one is shown as plain text. */
export const MARKDOWN_LENGTH_MAX = 64 * 1024;
/** Lines of markdown outside of fenced code. */
export const MARKDOWN_LINES_MAX = 1_000;
/** Marks of markdown in one text, outside of fenced code. */
export const MARKDOWN_MARKS_MAX = 4_000;
/** A paragraph: lines without a blank one between them. */
export const PARAGRAPH_LENGTH_MAX = 8 * 1024;
export const PARAGRAPH_LINES_MAX = 200;
export const PARAGRAPH_MARKS_MAX = 500;
/** Markdown with definitions is parsed as a whole while it is written, up to this length in UTF-16 code units. */
export const WHOLE_WHILE_STREAMING_LENGTH_MAX = 8 * 1024;
/** Quotes and lists inside each other. */
export const NESTING_MAX = 12;
/** Fenced code inside of fenced code. */
export const FENCES_NESTED_MAX = 4;
/** Math, in UTF-16 code units. */
export const MATH_LENGTH_MAX = 4_000;
/** Math between single dollars, in UTF-16 code units: what is longer are two prices. */
export const DOLLAR_MATH_LENGTH_MAX = 200;
/** Marks of quotes and lists before displayed math, and what may follow it, in UTF-16 code units. */
export const LINE_PREFIX_MAX = 32;
/** Plain text that is shown at first, in UTF-16 code units; the rest is shown when it is asked for. */
export const SHOWN_LENGTH_MAX = 20_000;
/** Parts of a message that are shown at first, and more at a time when they are asked for. */
export const SHOWN_PARTS_MAX = 100;
/** A line of code that is coloured, in UTF-16 code units. */
export const COLOURED_LINE_LENGTH_MAX = 500;
/** Places of a text that are marked on the page. */
export const FOUND_PLACES_MAX = 2_000;

/** An escaped mark counts once. */
const MARK = /\\[!-/:-@[-`{-~]|[*_~[\]<>&|\\`!@#=^]/g;
/** Quotes, bullets and numbers at the beginning of a line. */
const CONTAINERS = /^[> \t*+-]*/;

/**
 * Whether a text can be parsed as markdown without holding up the page. The parsers take time in the square of some inputs (emphasis
 * that is never closed, brackets, quotes in quotes, headings without end), so what goes into them is bounded. Linear itself.
 */
export function isParsable(text: string): boolean {
  if (text.length > MARKDOWN_LENGTH_MAX) return false;
  const total = { lines: 0, marks: 0 };
  let paragraph = { length: 0, lines: 0, marks: 0 };
  // Inside a block of HTML a fence is none, so nothing is taken for code then.
  const hasHtml = /^[ \t>]{0,16}</m.test(text);
  let fence: string | null = null;
  for (const line of text.split('\n')) {
    const found = hasHtml ? NO_FENCE : fenceOf(line);
    if (fence !== null) {
      if (closesFence(found, fence)) fence = null;
      continue;
    }
    if (opensFence(found)) fence = found.run;
    total.lines += 1;
    if (line.trim() === '') paragraph = { length: 0, lines: 0, marks: 0 };
    const marks = line.match(MARK)?.length ?? 0;
    total.marks += marks;
    paragraph.length += line.length;
    paragraph.lines += 1;
    paragraph.marks += marks;
    const containers = CONTAINERS.exec(line)?.[0] ?? '';
    const nesting = containers.replaceAll(/[ \t]/g, '').length;
    if (
      (nesting > NESTING_MAX && containers.trim() !== line.trim()) ||
      (containers.match(/>/g)?.length ?? 0) > NESTING_MAX ||
      (containers.match(/[*+-][ \t]/g)?.length ?? 0) > NESTING_MAX ||
      containers.length > PARAGRAPH_MARKS_MAX ||
      paragraph.length > PARAGRAPH_LENGTH_MAX ||
      paragraph.lines > PARAGRAPH_LINES_MAX ||
      paragraph.marks > PARAGRAPH_MARKS_MAX ||
      total.lines > MARKDOWN_LINES_MAX ||
      total.marks > MARKDOWN_MARKS_MAX
    )
      return false;
  }
  return true;
}
