import { createReadStream } from 'node:fs';
import { parse } from '@fleetlm/protocol';
import { request } from 'undici';
import * as z from 'zod';
import { SCAN_ANSWER_BYTES_MAX } from '../limits.ts';
import type { BlobRecord, StagedBlob } from './blob.ts';

/** The operator's own scanner, asked about every file before it can be used. */
export interface ScanSettings {
  readonly url: string;
  readonly timeoutMs: number;
}

/** `clean: false`: the file is refused, for a reason that its sender is shown. */
const verdictSchema = z.object({ clean: z.boolean(), reason: z.string().optional() });
export type Verdict = Readonly<z.output<typeof verdictSchema>>;

/** Part of a scanner's reason that a user is shown. */
const REASON_LENGTH_MAX = 200;

/** The scanner does not answer as it has to. Nothing goes past it: the upload is refused for now. */
export class ScannerUnavailableError extends Error {
  constructor(detail: string, options?: ErrorOptions) {
    super(`the scanner of files ${detail}`, options);
    this.name = 'ScannerUnavailableError';
  }
}

/** Sends a staged file to the scanner: `POST`, the bytes as they are, its name and type as headers. */
export async function scan(
  { url, timeoutMs }: ScanSettings,
  staged: StagedBlob,
  { name, mediaType, bytes, sha256 }: Pick<BlobRecord, 'name' | 'mediaType' | 'bytes' | 'sha256'>,
): Promise<Verdict> {
  try {
    const response = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(bytes),
        'x-file-name': encodeURIComponent(name),
        'x-file-media-type': mediaType,
        'x-file-sha256': sha256,
      },
      body: createReadStream(staged.path),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await boundedText(response.body);
    if (response.statusCode !== 200)
      throw new ScannerUnavailableError(`answered with status ${response.statusCode}`);
    const parsed = parse(verdictSchema, JSON.parse(text));
    if (!parsed.ok) throw new ScannerUnavailableError(`gave no verdict: ${parsed.detail}`);
    const { clean, reason } = parsed.value;
    return reason === undefined ? { clean } : { clean, reason: reason.slice(0, REASON_LENGTH_MAX) };
  } catch (cause) {
    if (cause instanceof ScannerUnavailableError) throw cause;
    throw new ScannerUnavailableError('can not be reached, or answers no JSON', { cause });
  }
}

async function boundedText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > SCAN_ANSWER_BYTES_MAX) throw new ScannerUnavailableError('answers at length');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
