import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import {
  BLOB_NAME_LENGTH_MAX,
  blobSizeSchema,
  DOWNLOAD_PATH,
  MEDIA_TYPE_LENGTH_MAX,
  UPLOAD_PATH,
} from '@fleetlm/protocol';
import * as z from 'zod';
import { type BlobKey, blobKeySchema } from './blob.ts';

const untilMs = z.int().min(0);

/** What an upload link allows: these bytes, under this name, into this conversation. */
const uploadSchema = z.strictObject({
  may: z.literal('upload'),
  key: blobKeySchema,
  untilMs,
  name: z.string().max(BLOB_NAME_LENGTH_MAX),
  mediaType: z.string().max(MEDIA_TYPE_LENGTH_MAX),
  bytes: blobSizeSchema,
  afterSeq: z.int().min(0),
});
export type UploadPermit = Readonly<Omit<z.output<typeof uploadSchema>, 'may'>>;

const downloadSchema = z.strictObject({ may: z.literal('download'), key: blobKeySchema, untilMs });

const SALT = 'fleetlm';
const INFO = 'links to files';
const KEY_BYTES = 32;

/**
 * Signed links to files: a caller with one may do what it says until it expires, so that browsers and agents need no token. All
 * nodes sign with keys made of the same passphrases; the first signs, each of them verifies.
 */
export class BlobLinks {
  readonly #keys: readonly [Uint8Array, ...Uint8Array[]];
  readonly #wallClockMs: () => number;

  constructor(passphrases: readonly [string, ...string[]], wallClockMs: () => number) {
    const [first, ...others] = passphrases;
    this.#keys = [keyOf(first), ...others.map(keyOf)];
    this.#wallClockMs = wallClockMs;
  }

  /** A path with its query. */
  upload(permit: UploadPermit): string {
    return `${UPLOAD_PATH}?token=${this.#sign({ may: 'upload', ...permit })}`;
  }

  download(key: BlobKey, until: number): string {
    const { userKey, sessionId, blobId } = key;
    const signed = { may: 'download', key: { userKey, sessionId, blobId }, untilMs: until };
    return `${DOWNLOAD_PATH}?token=${this.#sign(signed)}`;
  }

  /** Null: the token is not one of this cluster, or has expired. */
  openUpload(token: string): UploadPermit | null {
    const opened = this.#open(token, uploadSchema);
    if (opened === null) return null;
    const { may: _, ...permit } = opened;
    return permit;
  }

  openDownload(token: string): BlobKey | null {
    return this.#open(token, downloadSchema)?.key ?? null;
  }

  #sign(value: object): string {
    const body = Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${body}.${macOf(this.#keys[0], body).toString('base64url')}`;
  }

  #open<S extends z.ZodType<{ readonly untilMs: number }>>(
    token: string,
    schema: S,
  ): z.output<S> | null {
    const [body = '', mac = '', ...rest] = token.split('.');
    const given = Buffer.from(mac, 'base64url');
    const isSigned = this.#keys.some((key) => isSame(macOf(key, body), given));
    if (!isSigned || rest.length > 0) return null;
    // Signed by a node: what does not parse is of another version, or of the other kind.
    const parsed = schema.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
    return parsed.success && parsed.data.untilMs > this.#wallClockMs() ? parsed.data : null;
  }
}

function keyOf(passphrase: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', passphrase, SALT, INFO, KEY_BYTES));
}

function macOf(key: Uint8Array, body: string): Buffer {
  return createHmac('sha256', key).update(body).digest();
}

function isSame(mac: Buffer, given: Buffer): boolean {
  return mac.length === given.length && timingSafeEqual(mac, given);
}
