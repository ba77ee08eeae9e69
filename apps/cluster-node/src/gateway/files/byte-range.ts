/** The first and the last byte, both included. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** One range of bytes: `bytes=0-499`, `bytes=500-`, `bytes=-500`. */
const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/;

/**
 * What a `Range` header asks for of a body of `size` bytes (RFC 9110, 14.1.2). Null: all of it, also where the header is none that
 * is served, such as several ranges. `unsatisfiable`: it begins beyond the end.
 */
export function byteRange(
  header: string | undefined,
  size: number,
): Range | 'unsatisfiable' | null {
  const [, first = '', last = ''] = RANGE.exec(header ?? '') ?? [];
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  if (start >= size) return 'unsatisfiable';
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return end < start ? null : { start, end };
}
