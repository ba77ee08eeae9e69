import * as z from 'zod';
import { JSON_DEPTH_MAX } from '../limits.ts';

/** What `JSON.parse` returns, read-only. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** What `JSON.parse` returns for `{...}`. Bounds are checked by `jsonObject`. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** Marks the issue of a value that is too large: it is answered with 413, not 422. */
export const TOO_LARGE = { code: 'payload_too_large' } as const;

type Path = readonly (string | number)[];

interface Fault {
  readonly path: Path;
  readonly message: string;
}

/**
 * A JSON object of at most `bytesMax` bytes of UTF-8. Refuses, naming the place: U+0000 and half surrogates
 * (text and jsonb of Postgres can't hold them, and no agent means them), numbers without a JSON form, values
 * that JSON doesn't have, and nesting beyond JSON_DEPTH_MAX. The value itself is passed through, not copied.
 */
export function jsonObject(bytesMax: number) {
  return z
    .custom<JsonObject>(isPlainObject, {
      error: (issue) => (issue.input === undefined ? 'is required' : 'must be a JSON object'),
      abort: true,
    })
    .check((context) => {
      const { value } = context;
      const fault = faultOf(value, [], 0);
      if (fault !== null) {
        const { path, message } = fault;
        context.issues.push({ code: 'custom', message, path: [...path], input: value });
        return;
      }
      if (mayExceed(value, bytesMax) && jsonBytes(value) > bytesMax)
        context.issues.push({
          code: 'custom',
          message: `must have at most ${bytesMax} bytes as JSON`,
          params: TOO_LARGE,
          input: value,
        });
    });
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function faultOf(value: unknown, path: Path, depth: number): Fault | null {
  switch (typeof value) {
    case 'string':
      return isStorable(value) ? null : { path, message: UNSTORABLE };
    case 'boolean':
      return null;
    case 'number':
      return Number.isFinite(value) ? null : { path, message: 'must be a finite number' };
    case 'object':
      if (value === null) return null;
      if (depth >= JSON_DEPTH_MAX)
        return { path, message: `must not be nested deeper than ${JSON_DEPTH_MAX}` };
      if (Array.isArray(value)) return faultOfArray(value, path, depth);
      if (isPlainObject(value)) return faultOfObject(value, path, depth);
      return { path, message: NOT_JSON };
    default:
      return { path, message: NOT_JSON };
  }
}

const NOT_JSON = 'must be a JSON value';
const UNSTORABLE = 'must not hold U+0000 or half of a surrogate pair';

function faultOfArray(values: readonly unknown[], path: Path, depth: number): Fault | null {
  for (const [index, value] of values.entries()) {
    if (typeof value === 'string' && isStorable(value)) continue;
    const fault = faultOf(value, [...path, index], depth + 1);
    if (fault !== null) return fault;
  }
  return null;
}

function faultOfObject(value: Record<string, unknown>, path: Path, depth: number): Fault | null {
  for (const key of Object.keys(value)) {
    if (!isStorable(key))
      return { path, message: `must not have a key with U+0000 or half of a surrogate pair` };
    // It would set the prototype of whatever a reader copies the object into by assignment.
    if (key === '__proto__') return { path, message: 'must not have the key __proto__' };
    const member = value[key];
    if (typeof member === 'string' && isStorable(member)) continue;
    const fault = faultOf(member, [...path, key], depth + 1);
    if (fault !== null) return fault;
  }
  return null;
}

/** Whether Postgres can keep the text, and so the flusher never jams on it. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** Cheap upper bound first: most values are far below the limit, and then nothing is serialised here. */
function mayExceed(value: JsonValue, bytesMax: number): boolean {
  return upperBound(value, bytesMax) > bytesMax;
}

/** An escaped UTF-16 code unit takes at most six bytes; a number at most 25. Stops early beyond `enough`. */
function upperBound(value: JsonValue, enough: number): number {
  if (typeof value === 'string') return 2 + value.length * 6;
  if (typeof value !== 'object' || value === null) return 25;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const member of value) {
      bytes += 1 + upperBound(member, enough - bytes);
      if (bytes > enough) return bytes;
    }
    return bytes;
  }
  for (const [key, member] of Object.entries(value)) {
    bytes += 4 + key.length * 6 + upperBound(member, enough - bytes);
    if (bytes > enough) return bytes;
  }
  return bytes;
}

function jsonBytes(value: JsonValue): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
