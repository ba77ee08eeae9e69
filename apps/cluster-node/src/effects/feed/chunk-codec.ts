import { chunkSchema } from '@fleetlm/protocol';
import { Packr } from 'msgpackr';
import * as z from 'zod';
import type { LiveChunk } from '../dispatch/dispatch-api.ts';

/** A live chunk on the mesh: MessagePack of `[version, session, epoch, attempt, index, chunk]`. */
const VERSION = 1;

const packr = new Packr({ useRecords: false });

const count = z.int().min(0);
const schema = z.tuple([z.literal(VERSION), z.string().min(1), count, count, count, chunkSchema]);

export function encodeChunk(live: LiveChunk): Uint8Array {
  const { sessionId, epoch, attempt, index, chunk } = live;
  return packr.pack([VERSION, sessionId, epoch, attempt, index, chunk]);
}

/** Null: not a chunk of this version. */
export function decodeChunk(frame: Uint8Array): LiveChunk | null {
  let value: unknown;
  try {
    value = packr.unpack(frame);
  } catch {
    // Not MessagePack: the caller gets null, as for every other shape that is not a chunk.
    return null;
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) return null;
  const [, sessionId, epoch, attempt, index, chunk] = parsed.data;
  return { sessionId, epoch, attempt, index, chunk };
}
