import type * as z from 'zod';
import { ERROR_CODES, type ErrorCode, isErrorCode } from '../errors/error-codes.ts';

/** Who may make a call. `operator`: the API key, or the role `admin`; `signed`: a caller with a link that a node has signed. */
export type RestAccess = 'anyone' | 'user' | 'operator' | 'signed';

/**
 * Whose data a call for users is about. `session`: the session that `:id` names; `user`: the user that `user_id` of
 * the query or the body names; `sender`: the author that the body names; `chat`: the caller's chat of that `id`.
 */
export type RestOwner = 'session' | 'user' | 'sender' | 'chat';

/** An answer of a call that went well, as it is documented. */
export interface RestAnswer {
  readonly status: number;
  readonly description: string;
  /** A JSON body by its schema, a body of another media type, or none. */
  readonly body?: z.ZodType | { readonly mediaType: string };
}

/** A parameter of the path, and the error of a text that has not its form. */
export interface RestParameter {
  readonly schema: z.ZodType;
  readonly otherwise: 'not_found' | 'invalid_request';
  /** The detail of `not_found`. */
  readonly missing: (text: string) => string;
  /** The schema for the reference. */
  readonly documented: z.ZodType;
}

/** A text of another form names nothing: `not_found`. */
export function nameOf<S extends z.ZodType>(schema: S, missing: (text: string) => string) {
  return { schema, otherwise: 'not_found', missing, documented: schema } as const;
}

/** A text of another form is an `invalid_request`. */
export function formOf<S extends z.ZodType>(schema: S, documented: z.ZodType = schema) {
  return { schema, otherwise: 'invalid_request', missing: String, documented } as const;
}

interface RouteParts {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As the router has it: parameters begin with a colon. */
  readonly path: `/${string}`;
  readonly topic:
    | 'Agents'
    | 'Deliveries'
    | 'Events'
    | 'Sessions'
    | 'Messages'
    | 'Feedback'
    | 'Context'
    | 'Privacy'
    | 'Answers'
    | 'Files'
    | 'Event feeds'
    | 'Chat'
    | 'Other protocols'
    | 'Health'
    | 'Operators';
  readonly summary: string;
  readonly params?: Readonly<Record<string, RestParameter>>;
  /** Names are lower case. */
  readonly headers?: z.ZodObject;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** No body is the same as an empty object. */
  readonly isBodyOptional?: true;
  /** The body is no JSON: its handler reads it as it comes, and bounds it. */
  readonly rawBody?: { readonly mediaType: string };
  /** Length of the body; left out: BODY_BYTES_MAX. */
  readonly bodyBytesMax?: number;
  readonly answers: readonly RestAnswer[];
  /** Errors of the handler, in addition to those of the parts above. */
  readonly errors: readonly ErrorCode[];
}

/** One call: it parses, authorizes and types the handler, types the caller, and is documented. */
export type RestRoute = RouteParts &
  (
    | { readonly access: 'anyone' | 'operator' | 'signed'; readonly owner?: never }
    | { readonly access: 'user'; readonly owner: RestOwner }
  );

/** `/api/agents/:id/test` has `id`. */
export type ParameterNames<Path extends string> = Path extends `${string}/:${infer Rest}`
  ? Rest extends `${infer Name}/${infer Others}`
    ? Name | ParameterNames<`/${Others}`>
    : Rest
  : never;

/** A route without an access rule, an owner, or the form of a parameter does not compile. */
export function route<const R extends RestRoute>(
  value: R &
    ([ParameterNames<R['path']>] extends [never]
      ? { readonly params?: never }
      : { readonly params: Readonly<Record<ParameterNames<R['path']>, RestParameter>> }),
): R {
  return value;
}

/** Errors of calls that a group decides: no leader, no answer in time, or too much at once. */
export const UNAVAILABLE = ['no_quorum', 'timeout', 'overloaded'] as const;
/** A session that has left memory is hydrated from the archive before it changes. */
export const SESSION_COMMAND = ['not_found', 'archive_unavailable', ...UNAVAILABLE] as const;

/** `overloaded`: the keys of the token's issuer are unavailable. */
const IDENTIFIED = ['unauthenticated', 'rate_limited', 'overloaded', 'internal'] as const;

const ACCESS_ERRORS = {
  anyone: [],
  signed: ['forbidden', 'rate_limited', 'internal'],
  user: IDENTIFIED,
  operator: [...IDENTIFIED, 'forbidden'],
} as const satisfies Record<RestAccess, readonly ErrorCode[]>;

const OWNER_ERRORS = {
  session: ['not_found', ...UNAVAILABLE],
  user: ['forbidden'],
  sender: ['forbidden'],
  chat: [],
} as const satisfies Record<RestOwner, readonly ErrorCode[]>;

/** Of the body, whether the call reads it or not. */
const BODY = ['invalid_request', 'payload_too_large', 'unsupported_media_type'] as const;
const METHOD_ERRORS = { GET: [], POST: BODY, PUT: BODY, PATCH: BODY, DELETE: BODY } as const;

/** Every error that a call may be answered with, in the order of the table of codes. */
export function errorsOf({
  access,
  owner,
  method,
  params,
  headers,
  query,
  errors,
}: RestRoute): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>([
    ...errors,
    ...ACCESS_ERRORS[access],
    ...(owner === undefined ? [] : OWNER_ERRORS[owner]),
    ...METHOD_ERRORS[method],
    ...Object.values(params ?? {}).map(({ otherwise }) => otherwise),
    ...(headers === undefined && query === undefined ? [] : (['invalid_request'] as const)),
  ]);
  return Object.keys(ERROR_CODES).filter(
    (code): code is ErrorCode => isErrorCode(code) && codes.has(code),
  );
}

/** The same at compile time. */
export type ErrorsOf<R extends RestRoute> =
  | R['errors'][number]
  | (typeof ACCESS_ERRORS)[R['access']][number]
  | (R extends { readonly owner: infer O extends RestOwner }
      ? (typeof OWNER_ERRORS)[O][number]
      : never)
  | (typeof METHOD_ERRORS)[R['method']][number]
  | (R extends { readonly params: Readonly<Record<string, infer P extends RestParameter>> }
      ? P['otherwise']
      : never)
  | (R extends { readonly headers: z.ZodObject } | { readonly query: z.ZodType }
      ? 'invalid_request'
      : never);

/** The parameters of the path as the handler gets them. */
export type ParamsOf<R extends RestRoute> = R extends {
  readonly params: infer P extends Readonly<Record<string, RestParameter>>;
}
  ? { readonly [N in keyof P]: z.output<P[N]['schema']> }
  : Readonly<Record<never, never>>;

type OutputOf<S> = S extends z.ZodType ? z.output<S> : undefined;

/** The headers, the query and the body as the handler gets them. */
export type HeadersOf<R extends RestRoute> = OutputOf<R['headers']>;
/** The query of a route as its handler gets it: parsed, with defaults filled in. */
export type QueryOf<R extends RestRoute> = OutputOf<R['query']>;
/** The body of a route as its handler gets it: parsed, with defaults filled in. */
export type BodyOf<R extends RestRoute> = OutputOf<R['body']>;

/** The body as a caller sends it. */
export type BodyInputOf<R extends RestRoute> = R['body'] extends z.ZodType
  ? z.input<R['body']>
  : undefined;

type AnswerBody<A> = A extends { readonly body: infer B }
  ? B extends z.ZodType
    ? z.output<B>
    : string
  : null;

/** The body of the answer; with its status, where the call has several. */
export type AnswerOf<R extends RestRoute> = R['answers'] extends readonly [infer Only]
  ? AnswerBody<Only>
  : OneOf<R['answers'][number]>;

type OneOf<A extends RestAnswer> = A extends RestAnswer
  ? { readonly status: A['status']; readonly body: AnswerBody<A> }
  : never;
