/** Reading of loosely typed JSON without casts. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is an object, not null and not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The string under `key`, or null when there is none. */
export function stringField(object: JsonObject, key: string): string | null {
  const value = object[key];
  return typeof value === 'string' ? value : null;
}

/** `{[key]: value}` when there is a value, else nothing: for optional properties that must be absent, not undefined. */
export function optional<K extends string, V>(
  key: K,
  value: V | null | undefined,
): { readonly [P in K]?: V } {
  if (value === null || value === undefined) return {};
  const result: { [P in K]?: V } = {};
  result[key] = value;
  return result;
}

const NEVER_MERGED = new Set(['__proto__', 'constructor', 'prototype']);

/** `added` over `base`: objects are merged with objects, everything else is replaced. */
export function mergeObjects(base: JsonObject, added: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(added)) {
    if (value === undefined || NEVER_MERGED.has(key)) continue;
    const before = Object.hasOwn(merged, key) ? merged[key] : undefined;
    merged[key] = isObject(before) && isObject(value) ? mergeObjects(before, value) : value;
  }
  return merged;
}

/**
 * As `mergeObjects`, into `target` itself: the cost is that of `added`, however much is there already. Objects of `added`
 * are copied, so that later merges do not change them.
 */
export function mergeInto(target: Record<string, unknown>, added: JsonObject): void {
  for (const [key, value] of Object.entries(added)) {
    if (value === undefined || NEVER_MERGED.has(key)) continue;
    const before = Object.hasOwn(target, key) ? target[key] : undefined;
    if (isMutable(before) && isObject(value)) mergeInto(before, value);
    else target[key] = isObject(value) ? copyOf(value) : value;
  }
}

/** Everything in a target of `mergeInto` is its own. */
function isMutable(value: unknown): value is Record<string, unknown> {
  return isObject(value);
}

function copyOf(object: JsonObject): JsonObject {
  const copy: Record<string, unknown> = { ...object };
  for (const [key, value] of Object.entries(object))
    if (isObject(value) && !NEVER_MERGED.has(key)) copy[key] = copyOf(value);
  return copy;
}
