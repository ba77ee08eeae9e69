/**
 * Strict reading of plain values (from the log, a snapshot): every field has its type and bounds, none is missing and
 * none is more. Written by hand because this package imports nothing.
 */

/** What came in is not of the version that this code knows; the message names the field. */
export class FormatError extends Error {
  constructor(path: string, expected: string) {
    super(`${path} ${expected}`);
    this.name = 'FormatError';
  }
}

export type Fields = Readonly<Record<string, unknown>>;

/** An object with exactly these keys, and any of the optional ones. */
export function fields(
  value: unknown,
  path: string,
  keys: readonly string[],
  optionalKeys: readonly string[] = [],
): Fields {
  if (!isRecord(value)) throw new FormatError(path, 'must be an object');
  for (const key of keys)
    if (!Object.hasOwn(value, key)) throw new FormatError(`${path}.${key}`, 'is missing');
  if (Object.keys(value).length !== keys.length) {
    const unknown = Object.keys(value).find(
      (key) => !keys.includes(key) && !optionalKeys.includes(key),
    );
    if (unknown === undefined) return value;
    throw new FormatError(`${path}.${unknown}`, 'is not known');
  }
  return value;
}

export function isRecord(value: unknown): value is Fields {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value)
  );
}

export function text(value: unknown, path: string, lengthMax: number, lengthMin = 1): string {
  if (typeof value !== 'string') throw new FormatError(path, 'must be a string');
  if (value.length < lengthMin || value.length > lengthMax)
    throw new FormatError(path, `must have ${lengthMin} to ${lengthMax} characters`);
  return value;
}

export function textOrNull(value: unknown, path: string, lengthMax: number): string | null {
  return value === null ? null : text(value, path, lengthMax, 0);
}

export function integer(value: unknown, path: string, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    throw new FormatError(path, `must be an integer from ${min} to ${max}`);
  return value;
}

export function bytes(value: unknown, path: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new FormatError(path, 'must be bytes');
  return value;
}

export function list(value: unknown, path: string, lengthMax: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new FormatError(path, 'must be a list');
  if (value.length > lengthMax)
    throw new FormatError(path, `must have at most ${lengthMax} entries`);
  return value;
}

export function oneOf<T extends string>(value: unknown, path: string, choices: readonly T[]): T {
  const choice = choices.find((known) => known === value);
  if (choice === undefined) throw new FormatError(path, `must be one of ${choices.join(', ')}`);
  return choice;
}

/** Six bytes of milliseconds: as far as a message's time can be kept. */
export const TIME_MS_MAX = 2 ** 48 - 1;
/** What fits the 32-bit column that Postgres keeps a seq in. */
export const SEQ_MAX = 2 ** 31 - 1;
/** Counters stay exact up to here. */
export const COUNTER_MAX = Number.MAX_SAFE_INTEGER;
/** Characters of any id in a command or a snapshot. Wider than the edge takes: what the log holds must stay readable. */
export const ID_LENGTH_MAX = 1024;
/** Characters of a message's kind; wider than the edge takes. */
export const KIND_LENGTH_MAX = 256;
/** Characters of a message's preview; wider than the edge makes it. */
export const PREVIEW_LENGTH_MAX = 1024;
/** Tool calls of one message that wait for the user, and their names. */
export const REQUESTS_MAX = 128;
/** Characters of the key of one decision. */
export const REQUEST_KEY_LENGTH_MAX = 66;
/** Names under which a response may refer to the message with the requests. */
export const REQUEST_NAMES_MAX = 4;
/** Characters of the error of a failed dispatch. */
export const ERROR_LENGTH_MAX = 16_384;
/** The longest delay of a command, in milliseconds. */
export const DURATION_MS_MAX = 2 ** 31 - 1;
