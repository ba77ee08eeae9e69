import * as z from 'zod';

/** What the reference shows as the entries of an array that is checked by hand. */
export const ARRAY_ENTRIES = new WeakMap<object, z.ZodType>();

/** An array whose entries were not looked at yet; `entry` documents them. */
export function anyArray<T>(entry: z.ZodType) {
  const schema = z.custom<readonly T[]>((value) => Array.isArray(value), {
    error: (issue) => (issue.input === undefined ? 'is required' : 'must be an array'),
    abort: true,
  });
  ARRAY_ENTRIES.set(schema, entry);
  return schema;
}

/**
 * An array from outside: its length is checked before its first entry is, and its entries by a predicate, so
 * that no length makes the check expensive. The first wrong entry is named.
 */
export function boundedArray<T>(
  lengthMax: number,
  isEntry: (value: unknown) => value is T,
  entryMessage: string,
  entry: z.ZodType,
) {
  const schema = anyArray<T>(entry).check((context) => {
    const values = context.value;
    if (values.length > lengthMax) {
      const message = `must have at most ${lengthMax} entries`;
      context.issues.push({ code: 'custom', message, input: values });
      return;
    }
    const index = values.findIndex((value) => !isEntry(value));
    if (index >= 0)
      context.issues.push({ code: 'custom', message: entryMessage, path: [index], input: values });
  });
  ARRAY_ENTRIES.set(schema, entry);
  return schema;
}

/** An array whose length is checked before a schema looks at any entry. */
export function shortArray<S extends z.ZodType>(lengthMax: number, entry: S) {
  const message = `must have at most ${lengthMax} entries`;
  return z.preprocess((value, context) => {
    if (!Array.isArray(value) || value.length <= lengthMax) return value;
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  }, z.array(entry));
}

/** An object whose number of keys is checked before a schema looks at any. */
export function smallObject<S extends z.ZodType>(keysMax: number, schema: S) {
  const message = `must have at most ${keysMax} entries`;
  return z.preprocess((value, context) => {
    if (typeof value !== 'object' || value === null || Object.keys(value).length <= keysMax)
      return value;
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  }, schema);
}
