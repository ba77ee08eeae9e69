import { fieldErrorSchema, OTHER_ERROR_CODES } from '@fleetlm/protocol';
import { Packr } from 'msgpackr';
import * as z from 'zod';
import { FlatFormatError, isFlat } from '../flat-bytes.ts';
import type { Attempt } from '../operations/execution.ts';
import {
  OPERATIONS,
  type Operation,
  type OperationType,
  operationSchema,
} from '../operations/operations.ts';
import { NODE_REFUSAL_CODES, ok, type Refused } from '../outcome.ts';
import {
  encodeAppended,
  encodeAppendRequest,
  type FlatCall,
  isAppended,
  readAppended,
  readAppendRequest,
} from './append-call-codec.ts';

/**
 * Requests and their answers on the mesh: `[version, number, body]` as MessagePack, payloads as raw bytes; a flat form for
 * most appends and for what they lead to.
 */
const VERSION = 1;

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: false });

const numbered = z.tuple([z.literal(VERSION), z.int().min(0), z.unknown()]);

const invalid = {
  code: z.literal('invalid_request'),
  detail: z.string(),
  errors: z.tuple([fieldErrorSchema], fieldErrorSchema),
};
const failed = {
  code: z.enum(OTHER_ERROR_CODES),
  detail: z.string(),
  last_seq: z.int().min(0).exactOptional(),
};
const unknownStatus = z.literal('unknown');
const refusedStatus = z.literal('refused');
/** Annotated: within another union the compiler does not compare its codes one by one. */
const failureSchema: z.ZodType<Refused> = z.union([
  z.strictObject({ status: refusedStatus, ...invalid }),
  z.strictObject({ status: refusedStatus, ...failed }),
]);
const noValueSchema = z.union([
  z.strictObject({ status: unknownStatus }),
  z.strictObject({
    status: unknownStatus,
    failure: z.union([z.strictObject(invalid), z.strictObject(failed)]),
  }),
  z.strictObject({
    status: refusedStatus,
    code: z.enum(NODE_REFUSAL_CODES),
    leader: z.int().min(0),
  }),
  failureSchema,
]);

/** An answer is parsed as what the operation that was asked for has as its result. */
const attemptSchemas = new Map<string, z.ZodType<Attempt>>(
  Object.entries(OPERATIONS).map(([type, { result }]) => [
    type,
    z.union([z.strictObject({ status: z.literal('ok'), value: result }), noValueSchema]),
  ]),
);

export interface CallRequest {
  readonly number: number;
  readonly operation: Operation;
}

/** A frame that is not understood: `number` states which call it is of, when even that can be read. */
export interface BadFrame {
  readonly ok: false;
  readonly number: number | null;
  /** No node of any version sends it. */
  readonly isForeign: boolean;
  readonly detail: string;
}

export function encodeRequest(number: number, operation: Operation): Uint8Array {
  const flat = operation.type === 'append' ? encodeAppendRequest(number, operation) : null;
  return flat ?? packr.pack([VERSION, number, operation]);
}

/** `type`: of the operation that it answers; null: of one that was not understood. */
export function encodeResponse(
  number: number,
  type: OperationType | null,
  attempt: Attempt,
): Uint8Array {
  if (type === 'append' && attempt.status === 'ok' && isAppended(attempt.value))
    return encodeAppended(number, attempt.value);
  return packr.pack([VERSION, number, attempt]);
}

export function decodeRequest(
  frame: Uint8Array,
): { readonly ok: true; readonly request: CallRequest } | BadFrame {
  if (isFlat(frame)) {
    const read = flat(frame, readAppendRequest);
    if (!read.ok) return read;
    const { number, body } = read;
    return { ok: true, request: { number, operation: body } };
  }
  const opened = open(frame);
  if (!opened.ok) return opened;
  const { number, body } = opened;
  const parsed = operationSchema.safeParse(body);
  return parsed.success
    ? { ok: true, request: { number, operation: parsed.data } }
    : { ok: false, number, isForeign: false, detail: z.prettifyError(parsed.error) };
}

/** `typeOf`: the operation that a call of this node was for; null: its caller has stopped waiting. */
export function decodeResponse(
  frame: Uint8Array,
  typeOf: (number: number) => OperationType | null,
): { readonly ok: true; readonly number: number; readonly attempt: Attempt | null } | BadFrame {
  if (isFlat(frame)) {
    const read = flat(frame, readAppended);
    if (!read.ok) return read;
    const { number, body } = read;
    const type = typeOf(number);
    if (type === null) return { ok: true, number, attempt: null };
    if (type === 'append') return { ok: true, number, attempt: ok(body) };
    return { ok: false, number, isForeign: false, detail: `the result of an append, for ${type}` };
  }
  const opened = open(frame);
  if (!opened.ok) return opened;
  const { number, body } = opened;
  const schema = attemptSchemas.get(typeOf(number) ?? '');
  if (schema === undefined) return { ok: true, number, attempt: null };
  const parsed = schema.safeParse(body);
  return parsed.success
    ? { ok: true, number, attempt: parsed.data }
    : { ok: false, number, isForeign: false, detail: z.prettifyError(parsed.error) };
}

function flat<T>(
  frame: Uint8Array,
  read: (frame: Uint8Array) => FlatCall<T>,
): ({ readonly ok: true } & FlatCall<T>) | BadFrame {
  try {
    return { ok: true, ...read(frame) };
  } catch (error) {
    if (!(error instanceof FlatFormatError)) throw error;
    const isForeign = error.version === null;
    return { ok: false, number: null, isForeign, detail: error.message };
  }
}

function open(
  frame: Uint8Array,
): { readonly ok: true; readonly number: number; readonly body: unknown } | BadFrame {
  const value = unpack(frame);
  const parsed = numbered.safeParse(value);
  if (parsed.success) {
    const [, number, body] = parsed.data;
    return { ok: true, number, body };
  }
  return {
    ok: false,
    number: null,
    isForeign: !startsWithVersion(value),
    detail: z.prettifyError(parsed.error),
  };
}

/** Undefined: no MessagePack at all. */
function unpack(frame: Uint8Array): unknown {
  try {
    return packr.unpack(frame);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** What a node of another version sends begins with its version; anything else was sent by none. */
function startsWithVersion(value: unknown): boolean {
  return Array.isArray(value) && Number.isInteger(value[0]);
}
