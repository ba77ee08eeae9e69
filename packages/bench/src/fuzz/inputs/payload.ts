import { gzipSync } from 'node:zlib';
import * as z from 'zod';

/**
 * Bytes as a small description, so that a case of megabytes is a line in a file. A text may hold `{{variables}}`,
 * which the driver fills in: what is sent must not depend on the ids that a run draws.
 */
export type Payload =
  | string
  | { readonly base64: string }
  | { readonly repeat: Payload; readonly times: number }
  | { readonly concat: readonly Payload[] }
  | { readonly gzip: Payload };

/** What a payload comes to, at most: a case must not exhaust the process that sends it. */
export const PAYLOAD_BYTES_MAX = 64 * 1024 * 1024;

export const payloadSchema: z.ZodType<Payload> = z.lazy(() =>
  z.union([
    z.string(),
    z.strictObject({ base64: z.string() }),
    z.strictObject({ repeat: payloadSchema, times: z.int().min(0).max(PAYLOAD_BYTES_MAX) }),
    z.strictObject({ concat: z.array(payloadSchema) }),
    z.strictObject({ gzip: payloadSchema }),
  ]),
);

export type Variables = Readonly<Record<string, string>>;

const VARIABLE = /\{\{([a-z_]{1,20})\}\}/g;

/** Throws a RangeError beyond PAYLOAD_BYTES_MAX. */
export function payloadBytes(payload: Payload, variables: Variables = {}): Buffer {
  if (typeof payload === 'string')
    return Buffer.from(
      payload.replace(VARIABLE, (whole, name: string) => variables[name] ?? whole),
      'utf8',
    );
  if ('base64' in payload) return Buffer.from(payload.base64, 'base64');
  if ('gzip' in payload) return gzipSync(payloadBytes(payload.gzip, variables));
  if ('concat' in payload) {
    const parts = payload.concat.map((part) => payloadBytes(part, variables));
    ensure(parts.reduce((sum, part) => sum + part.length, 0));
    return Buffer.concat(parts);
  }
  const one = payloadBytes(payload.repeat, variables);
  ensure(one.length * payload.times);
  return Buffer.alloc(one.length * payload.times, one);
}

/** How many bytes it comes to, without making them; what its variables stand for is not counted. */
export function payloadSize(payload: Payload): number {
  if (typeof payload === 'string') return Buffer.byteLength(payload);
  if ('base64' in payload) return Buffer.byteLength(payload.base64, 'base64');
  if ('concat' in payload) return payload.concat.reduce((sum, part) => sum + payloadSize(part), 0);
  if ('repeat' in payload) return payloadSize(payload.repeat) * payload.times;
  return payloadBytes(payload).length;
}

function ensure(bytes: number): void {
  if (bytes > PAYLOAD_BYTES_MAX)
    throw new RangeError(`a payload of ${bytes} bytes, above ${PAYLOAD_BYTES_MAX}`);
}

export function bytesOf(...bytes: readonly number[]): Payload {
  return { base64: Buffer.from(bytes).toString('base64') };
}

/** Neighbouring texts become one, and a single part stands for itself. */
export function join(parts: readonly Payload[]): Payload {
  const joined: Payload[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === 'string' && typeof last === 'string')
      joined[joined.length - 1] = last + part;
    else joined.push(part);
  }
  const [only] = joined;
  return joined.length === 1 && only !== undefined ? only : { concat: joined };
}
