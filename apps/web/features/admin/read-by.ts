import * as z from 'zod/mini';

/** The schema of a reader of the client's, which takes what a newer node adds; null: not understood. */
export function readBy<T>(read: (value: unknown) => T | null) {
  return z.pipe(
    z.unknown(),
    z.transform((value, context): T => {
      const known = read(value);
      if (known !== null) return known;
      context.issues.push({ code: 'custom', message: 'is not understood', input: value });
      return z.NEVER;
    }),
  );
}
