import type * as z from 'zod';
import type { ErrorCode, FieldError, FieldErrors } from '../errors/error-codes.ts';
import { TOO_LARGE } from './json-object.ts';

/** A typed value, or an `invalid_request` or `payload_too_large` with every wrong field by name. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly code: Extract<ErrorCode, 'invalid_request' | 'payload_too_large'>;
      readonly detail: string;
      readonly errors: FieldErrors;
    };

/**
 * Parses what entered: a typed value, or the code, a sentence, and the first 20 wrong fields by name. Never throws.
 *
 * @example
 * const parsed = parse(createSessionSchema, body);
 * if (!parsed.ok) return problem(parsed); // 422: "user_id must be given"
 */
export function parse<T extends z.ZodType>(schema: T, input: unknown): Parsed<z.output<T>> {
  const result = schema.safeParse(input);
  if (result.success) return { ok: true, value: result.data };
  const errors = fieldErrors(result.error);
  const tooLarge = result.error.issues.some(
    (issue) => issue.code === 'custom' && issue.params?.code === TOO_LARGE.code,
  );
  return {
    ok: false,
    code: tooLarge ? 'payload_too_large' : 'invalid_request',
    detail: errors.map(sentence).join('; '),
    errors,
  };
}

/** A request may be wrong in more places than anybody reads. */
const ERRORS_MAX = 20;

/** One entry a wrong field, the first ERRORS_MAX; a field that is not known is named like one that is wrong. */
export function fieldErrors(error: z.ZodError): FieldErrors {
  const errors = new Map<string, string>();
  for (const issue of error.issues) {
    for (const { path, message } of errorsOf(issue)) {
      if (errors.size >= ERRORS_MAX) break;
      if (!errors.has(path)) errors.set(path, message);
    }
  }
  const [first, ...others] = [...errors].map(([path, message]) => ({ path, message }));
  // A schema may refuse without an issue of its own; the payload as a whole is then what is wrong.
  return [first ?? { path: '', message: 'is not valid' }, ...others];
}

function errorsOf(issue: z.core.$ZodIssue): readonly FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: dotted([...issue.path, key]),
      message: 'is not a known field',
    }));
  return [{ path: dotted(issue.path), message: messageOf(issue) }];
}

function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.message.endsWith('received undefined')) return 'is required';
      return issue.message.startsWith('Invalid input')
        ? `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}`
        : issue.message;
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'an array',
};

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}

function sentence({ path, message }: FieldError): string {
  return path === '' ? `the payload ${message}` : `${path} ${message}`;
}
