/** Reading of loosely typed JSON without casts. */

export type JsonObject = Readonly<Record<string, unknown>>;

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
