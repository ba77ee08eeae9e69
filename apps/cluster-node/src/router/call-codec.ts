import { Packr } from 'msgpackr';
import * as z from 'zod';
import { attemptSchema, operationSchema } from './operation-schemas.ts';
import type { Attempt, Operation } from './operations.ts';

/** Requests and their answers on the mesh: `[version, number, body]` as MessagePack; payloads stay raw bytes. */
const VERSION = 1;

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: false });

const envelope = <T>(body: z.ZodType<T>) => z.tuple([z.literal(VERSION), z.int().min(0), body]);
const requestSchema = envelope(operationSchema);
const responseSchema = envelope(attemptSchema);
const numberSchema = z.tuple([z.literal(VERSION), z.int().min(0)]).rest(z.unknown());

export interface CallRequest {
  readonly number: number;
  readonly operation: Operation;
}

export interface CallResponse {
  readonly number: number;
  readonly attempt: Attempt;
}

export function encodeRequest(number: number, operation: Operation): Uint8Array {
  return packr.pack([VERSION, number, operation]);
}

export function encodeResponse(number: number, attempt: Attempt): Uint8Array {
  return packr.pack([VERSION, number, attempt]);
}

/** `request` null: not understood; `number` tells which one, when even that can be read. */
/** What a node of another version sends begins with its version; anything else was sent by none. */
function startsWithVersion(value: unknown): boolean {
  return Array.isArray(value) && Number.isInteger(value[0]);
}

/** `isForeign`: no node of any version sends it. */
export function decodeRequest(frame: Uint8Array):
  | { readonly ok: true; readonly request: CallRequest }
  | {
      readonly ok: false;
      readonly number: number | null;
      readonly isForeign: boolean;
      readonly detail: string;
    } {
  const value = unpack(frame);
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) {
    const [, number, operation] = parsed.data;
    return { ok: true, request: { number, operation } };
  }
  const numbered = numberSchema.safeParse(value);
  return {
    ok: false,
    number: numbered.success ? numbered.data[1] : null,
    isForeign: !startsWithVersion(value),
    detail: z.prettifyError(parsed.error),
  };
}

export function decodeResponse(frame: Uint8Array):
  | { readonly ok: true; readonly response: CallResponse }
  | {
      readonly ok: false;
      readonly number: number | null;
      readonly isForeign: boolean;
      readonly detail: string;
    } {
  const value = unpack(frame);
  const parsed = responseSchema.safeParse(value);
  if (parsed.success) {
    const [, number, attempt] = parsed.data;
    return { ok: true, response: { number, attempt } };
  }
  const numbered = numberSchema.safeParse(value);
  return {
    ok: false,
    number: numbered.success ? numbered.data[1] : null,
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
