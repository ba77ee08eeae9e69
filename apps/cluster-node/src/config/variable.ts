import * as z from 'zod';

/** One variable of the environment: how it is read, and the message to the operator when it is wrong. */
export interface Variable<S extends z.ZodType> {
  readonly schema: S;
  readonly meaning: string;
  readonly example: string;
}

export function variable<S extends z.ZodType>(
  schema: S,
  meaning: string,
  example: string,
): Variable<S> {
  return { schema, meaning, example };
}

export const text = z.string('must be set');

export const httpUrl = text.refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''), {
  error: 'must be an http or https URL',
});

export function integer(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return text
    .regex(/^\d{1,9}$/, { error: message, abort: true })
    .transform(Number)
    .pipe(z.int().min(min, message).max(max, message));
}

/** Items apart by commas. */
export const list = text.transform((value) => value.split(',').map((item) => item.trim()));
