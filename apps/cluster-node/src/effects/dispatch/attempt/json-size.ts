/** Sizes of JSON without writing it. */

const NUMBER_BYTES_MAX = 25;
const LITERAL_BYTES_MAX = 5;
/** `\u0000`. */
const ESCAPE_BYTES = 6;
/** Control characters with an escape of two characters: \b \t \n \f \r. */
const SHORT_ESCAPES = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d]);

/** Bytes of a string as JSON in UTF-8, quotes included; of one cut within a character, up to 8 more. */
export function jsonStringBytes(text: string): number {
  let bytes = text.length + 2;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22 || code === 0x5c) bytes += 1;
    else if (code < 0x20) bytes += (SHORT_ESCAPES.has(code) ? 2 : ESCAPE_BYTES) - 1;
    else if (code < 0x80) continue;
    else if (code < 0x800) bytes += 1;
    else if (code < 0xd800 || code > 0xdfff) bytes += 2;
    else if (isPair(code, text.charCodeAt(at + 1))) {
      bytes += 2;
      at += 1;
    } else bytes += ESCAPE_BYTES - 1;
  }
  return bytes;
}

/** At least as many bytes as a value of JSON has; exact but for numbers and literals. */
export function jsonBytesBound(value: unknown): number {
  if (typeof value === 'string') return jsonStringBytes(value);
  if (typeof value === 'number') return NUMBER_BYTES_MAX;
  if (typeof value !== 'object' || value === null) return LITERAL_BYTES_MAX;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const member of value) bytes += 1 + jsonBytesBound(member);
    return bytes;
  }
  for (const [key, member] of Object.entries(value))
    bytes += 2 + jsonStringBytes(key) + jsonBytesBound(member);
  return bytes;
}

function isPair(high: number, low: number): boolean {
  return high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}

/**
 * Counts bytes against a limit: by a bound, which is cheap, and when the bound is beyond the limit by measuring, which
 * is not. Measured at most once for every `measureEvery` bytes, so that all measuring together stays linear; who is
 * that close to the limit is refused.
 */
export class SizeCount {
  readonly #max: number;
  readonly #measureEvery: number;
  #bound = 0;
  #measured = 0;

  constructor(max: number, measureEvery: number) {
    this.#max = max;
    this.#measureEvery = measureEvery;
  }

  /** Counts `growth` more bytes when they fit. `measure`: the exact size with them. */
  admits(growth: number, measure: () => number): boolean {
    const bound = this.#bound + growth;
    if (bound <= this.#max) {
      this.#bound = bound;
      return true;
    }
    if (bound - this.#measured < this.#measureEvery) return false;
    const exact = measure();
    if (exact > this.#max) return false;
    this.#bound = exact;
    this.#measured = exact;
    return true;
  }
}
