import { closesFence, type Fence, fenceOf, opensFence } from './fences.ts';
import {
  DOLLAR_MATH_LENGTH_MAX,
  FENCES_NESTED_MAX,
  LINE_PREFIX_MAX,
  MATH_LENGTH_MAX,
} from './text-bounds.ts';

/**
 * A message as it is given to the markdown parsers. Models write two things that markdown reads differently: fenced code inside
 * fenced code with equally long fences, and math, whose backslashes and marks markdown takes for its own. Both are written so that
 * every parser reads them as they were meant. Linear.
 */
export function markdownSource(text: string, isStreaming: boolean): string {
  const lines = lengthenOuterFences(text.replaceAll('\r\n', '\n').split('\n'), isStreaming);
  const source: string[] = [];
  let paragraph: string[] = [];
  let fence: string | null = null;
  const endParagraph = (isLast: boolean) => {
    if (paragraph.length > 0) source.push(escapeMath(paragraph.join('\n'), isStreaming && isLast));
    paragraph = [];
  };
  for (const line of lines) {
    const found = fenceOf(line);
    const isCode = fence !== null;
    if (fence !== null) {
      if (closesFence(found, fence)) fence = null;
    } else if (opensFence(found)) fence = found.run;
    if (isCode || fence !== null || line.trim() === '') {
      endParagraph(false);
      source.push(line);
    } else paragraph.push(line);
  }
  endParagraph(true);
  return source.join('\n');
}

interface OpenFence {
  readonly at: number;
  readonly mark: string;
  /** The longest fence inside of it. */
  inner: number;
}

/**
 * A fence with a language inside of fenced code opens another one: the outer fence is made longer than it. Only where all of them
 * are closed; while the text is written, the rest is still to come.
 */
function lengthenOuterFences(lines: readonly string[], isStreaming: boolean): readonly string[] {
  const changed = [...lines];
  const open: OpenFence[] = [];
  let pending: (readonly [at: number, length: number])[] = [];
  const lengthen = () => {
    for (const [at, length] of pending) changed[at] = withFence(changed[at] ?? '', length);
    pending = [];
  };
  for (const [at, line] of lines.entries()) {
    const fence = fenceOf(line);
    const outer = open.at(-1);
    if (outer === undefined) {
      if (opensFence(fence)) open.push({ at, mark: fence.run, inner: 0 });
      continue;
    }
    if (closesFence(fence, outer.mark)) {
      const closed = open.pop();
      const parent = open.at(-1);
      const length = Math.max(outer.mark.length, outer.inner === 0 ? 0 : outer.inner + 1);
      if (parent !== undefined) parent.inner = Math.max(parent.inner, length);
      if (closed !== undefined && outer.inner > 0) pending.push([closed.at, length], [at, length]);
      if (open.length === 0) lengthen();
    } else if (open.length < FENCES_NESTED_MAX && isInnerFence(fence, outer.mark))
      open.push({ at, mark: fence.run, inner: 0 });
  }
  if (open.length > 1 && isStreaming) {
    let inner = 0;
    for (const { at, mark, inner: before } of open.reverse()) {
      inner = Math.max(inner, before);
      if (inner > 0) pending.push([at, inner + 1]);
      inner = Math.max(inner + 1, mark.length);
    }
    lengthen();
  }
  return changed;
}

function isInnerFence(fence: Fence, outer: string): boolean {
  return fence.run.startsWith(outer) && /^\s*[\w+#-]+\s*$/.test(fence.info);
}

function withFence(line: string, length: number): string {
  const { run } = fenceOf(line);
  return line.replace(run, run.charAt(0).repeat(length));
}

/** What can begin a block instead of text, or be read as a mark within it. */
const MARKS = /[\\`*_~[\]<>&|!]/g;
const LINE_START = /^([ \t]*)([-+=#]|\d{1,9}[.)])/gm;

function escapeMarks(math: string): string {
  // A bracket is written as an entity: what closes open links while a text is written does not know of escapes.
  return math
    .replace(MARKS, (mark) => (mark === '[' ? '&lbrack;' : `\\${mark}`))
    .replace(LINE_START, (_, space: string, mark: string) =>
      /\d/.test(mark) ? `${space}&#${mark.charCodeAt(0)};${mark.slice(1)}` : `${space}\\${mark}`,
    );
}

/** Where math may begin; a backslash before it, or a letter before a dollar, makes it text. */
const OPENER = /\\[\s\S]|`+|\$\$?/g;

/**
 * A paragraph in which math is escaped: `\(…\)`, `\[…\]` that fills its lines, `$$…$$`, and `$…$` as Pandoc knows it. `isOpen`: its end
 * may still be written, and so may that of its math.
 */
function escapeMath(paragraph: string, isOpen: boolean): string {
  // Indented code and HTML are not read as text.
  if (/^(?: {4}|\t| {0,3}<)/.test(paragraph)) return paragraph;
  let escaped = '';
  let at = 0;
  for (const { start, end } of mathPlaces(paragraph, isOpen)) {
    escaped += paragraph.slice(at, start) + escapeMarks(paragraph.slice(start, end));
    at = end;
  }
  return escaped + paragraph.slice(at);
}

/** A piece of a text that is math, its delimiters included. */
export interface MathPlace {
  readonly start: number;
  readonly end: number;
  /** `\\(`, `\\[`, `$$` or `$`. */
  readonly opener: string;
}

/** The math of a paragraph, in its order. */
export function mathPlaces(paragraph: string, isOpen: boolean): readonly MathPlace[] {
  const whole = { text: paragraph, isOpen, closers: new Closers(paragraph) };
  const ends = new CodeEnds(paragraph);
  const places: MathPlace[] = [];
  OPENER.lastIndex = 0;
  for (let match = OPENER.exec(paragraph); match !== null; match = OPENER.exec(paragraph)) {
    const [opener] = match;
    const start = match.index;
    if (opener.startsWith('`')) {
      OPENER.lastIndex = ends.after(start) ?? OPENER.lastIndex;
      continue;
    }
    const end = mathEnd(whole, start, opener);
    if (end === null) continue;
    places.push({ start, end, opener });
    OPENER.lastIndex = end;
  }
  return places;
}

/** The place after the math that begins here; null: none does. */
function mathEnd(paragraph: Paragraph, start: number, opener: string): number | null {
  const { text } = paragraph;
  switch (opener) {
    case '\\(':
      return closedBy('\\)', paragraph, start + 2);
    case '\\[': {
      if (!/(?:^|\n)[ \t>*+\d.)-]*$/.test(text.slice(Math.max(0, start - LINE_PREFIX_MAX), start)))
        return null;
      const end = closedBy('\\]', paragraph, start + 2);
      return end === null || /^[ \t.,;]*(?:\n|$)/.test(text.slice(end, end + LINE_PREFIX_MAX))
        ? end
        : null;
    }
    case '$$':
      return closedBy('$$', paragraph, start + 2);
    case '$':
      return dollarEnd(text, start);
    default:
      return null;
  }
}

function closedBy(
  closer: string,
  { text, isOpen, closers }: Paragraph,
  from: number,
): number | null {
  const math = closers.isAfter(closer, from) ? text.slice(from, from + MATH_LENGTH_MAX) : '';
  const length = math.indexOf(closer);
  if (length > 0) return from + length + closer.length;
  return length < 0 && isOpen && text.length <= from + MATH_LENGTH_MAX ? text.length : null;
}

function dollarEnd(text: string, start: number): number | null {
  if (/[\w\\]/.test(text.charAt(start - 1)) || !/\S/.test(text.charAt(start + 1))) return null;
  const rest = text.slice(start + 1, start + 1 + DOLLAR_MATH_LENGTH_MAX);
  const math = /^(?:\\[^\n]|[^$\\\n`])+\$/.exec(rest)?.[0] ?? null;
  if (
    math === null ||
    /\w/.test(rest.charAt(math.length)) ||
    /\s\$$/.test(math) ||
    !/[\\^_]/.test(math)
  )
    return null;
  return start + 1 + math.length;
}

interface Paragraph {
  readonly text: string;
  readonly isOpen: boolean;
  readonly closers: Closers;
}

/** Where each mark that ends math is for the last time: math that nothing ends is not looked for again and again. */
class Closers {
  readonly #text: string;
  readonly #last = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  isAfter(closer: string, from: number): boolean {
    const last = this.#last.get(closer) ?? this.#text.lastIndexOf(closer);
    this.#last.set(closer, last);
    return last >= from;
  }
}

/** Where the code that begins at a run of backticks ends: at the next run of the same length. */
class CodeEnds {
  readonly #ends = new Map<number, number>();

  constructor(text: string) {
    const next = new Map<number, number>();
    for (const { 0: run, index } of [...text.matchAll(/`+/g)].reverse()) {
      const end = next.get(run.length);
      if (end !== undefined) this.#ends.set(index, end);
      next.set(run.length, index + run.length);
    }
  }

  after(start: number): number | null {
    return this.#ends.get(start) ?? null;
  }
}
