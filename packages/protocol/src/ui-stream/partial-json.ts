import { isNestedTooDeep } from './json-depth.ts';

const LITERALS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

/**
 * What the beginning of a JSON text says so far, closed where it breaks off: strings without an unfinished escape,
 * numbers without an unfinished fraction, no key without a value. Undefined: nothing yet, or no JSON. For every
 * beginning of a well-formed text the result is that of the AI SDK's own `parsePartialJson`, but for nesting beyond
 * JSON_DEPTH_MAX: such a value reads as nothing, whole or not, because what comes after recurses. Linear in the text.
 */
export function parsePartialJson(text: string): unknown {
  if (isNestedTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    const reader = new PrefixReader(text);
    const value = reader.value();
    return value === NOTHING || reader.isBroken ? undefined : value;
  }
}

const NOTHING = Symbol('nothing');

class PrefixReader {
  readonly #text: string;
  #at = 0;
  /** Not the beginning of a JSON text. */
  isBroken = false;

  constructor(text: string) {
    this.#text = text;
  }

  value(): unknown {
    const first = this.#next();
    if (first === undefined) return NOTHING;
    if (first === '{') return this.#object();
    if (first === '[') return this.#array();
    if (first === '"') return this.#string()?.text ?? this.#broken();
    return first === '-' || (first >= '0' && first <= '9') ? this.#number() : this.#literal();
  }

  #object(): unknown {
    const entries: [string, unknown][] = [];
    this.#at += 1;
    for (let first = this.#next(); first !== undefined && first !== '}'; first = this.#next()) {
      const key = first === '"' ? this.#string() : null;
      if (key === null) return this.#broken();
      if (!key.isWhole || this.#next() === undefined) break;
      if (this.#next() !== ':') return this.#broken();
      this.#at += 1;
      const value = this.value();
      if (this.isBroken) return NOTHING;
      if (value === NOTHING) break;
      entries.push([key.text, value]);
      if (!this.#separated('}')) break;
    }
    this.#at += 1;
    return Object.fromEntries(entries);
  }

  #array(): unknown {
    const items: unknown[] = [];
    this.#at += 1;
    for (let first = this.#next(); first !== undefined && first !== ']'; first = this.#next()) {
      const value = this.value();
      if (this.isBroken) return NOTHING;
      if (value === NOTHING) break;
      items.push(value);
      if (!this.#separated(']')) break;
    }
    this.#at += 1;
    return items;
  }

  /** Behind a value: true when another may follow. */
  #separated(close: string): boolean {
    const next = this.#next();
    if (next === ',') this.#at += 1;
    else if (next !== undefined && next !== close) this.#broken();
    return next === ',';
  }

  #string(): { readonly text: string; readonly isWhole: boolean } | null {
    const start = this.#at;
    let end = start + 1;
    for (; end < this.#text.length && this.#text[end] !== '"'; ) {
      const length = this.#text[end] !== '\\' ? 1 : this.#text[end + 1] === 'u' ? 6 : 2;
      if (end + length > this.#text.length) break;
      end += length;
    }
    const isWhole = this.#text[end] === '"';
    this.#at = isWhole ? end + 1 : this.#text.length;
    try {
      const text: unknown = JSON.parse(`${this.#text.slice(start, end)}"`);
      return typeof text === 'string' ? { text, isWhole } : null;
    } catch {
      return null;
    }
  }

  #number(): unknown {
    const start = this.#at;
    while (isNumberCode(this.#text.charCodeAt(this.#at))) this.#at += 1;
    const isWhole = this.#at < this.#text.length;
    let end = this.#at;
    // By hand: a regular expression for an unfinished end tries every run of signs anew.
    if (!isWhole) while (end > start && !isDigit(this.#text.charCodeAt(end - 1))) end -= 1;
    if (end === start) return isWhole ? this.#broken() : NOTHING;
    try {
      return JSON.parse(this.#text.slice(start, end));
    } catch {
      return this.#broken();
    }
  }

  #literal(): unknown {
    const rest = this.#text.slice(this.#at, this.#at + 5);
    for (const [name, value] of LITERALS) {
      if (!rest.startsWith(name) && !name.startsWith(rest)) continue;
      this.#at += name.length;
      return value;
    }
    return this.#broken();
  }

  /** The next character that is no white space. */
  #next(): string | undefined {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    return this.#text[this.#at];
  }

  #broken(): typeof NOTHING {
    this.isBroken = true;
    return NOTHING;
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** A digit, a sign, a point, or the `e` of an exponent. */
function isNumberCode(code: number): boolean {
  return (
    isDigit(code) ||
    code === 0x2b ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x45 ||
    code === 0x65
  );
}
