import { type Failure, invalidField } from '@fleetlm/protocol';
import { BLOBS_PER_USER_MAX } from '../limits.ts';
import type { Result } from '../outcome.ts';
import { type AgentFilesPorts, agentFiles } from './agent-files.ts';
import {
  type BlobKey,
  type BlobRecord,
  type BlobSession,
  type BlobStore,
  BlobStoreUnavailableError,
  type ByteRange,
  blobSessionOf,
  type StagedBlob,
} from './blob.ts';
import type { BlobLinks, UploadPermit } from './blob-links.ts';
import type { BlobSettings } from './blob-settings.ts';
import type { LocalBlobs } from './local-blobs.ts';
import { checkMediaType, dispositionOf, isAllowed } from './media-types.ts';
import type { LinkOf } from './message-links.ts';
import { type BodyTimes, receiveBody, UploadRefusedError } from './receive-body.ts';
import { ScannerUnavailableError, scan } from './scanner.ts';
import { UploadSlots } from './upload-slots.ts';

const UPLOAD_LINK_MS = 3_600_000;
const DOWNLOAD_LINK_MS = 300_000;

/** A conversation, as far as its files need it. */
export interface SessionOfBlobs {
  readonly id: string;
  readonly userId: string;
  readonly lastSeq: number;
}

export interface NewBlob {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
}

export interface StoredBlob extends NewBlob {
  readonly id: string;
  readonly sessionId: string;
  readonly insertedAtMs: number;
}

export interface SignedLink {
  /** A path with its query, or an absolute address. */
  readonly url: string;
  readonly untilMs: number;
}

export interface OpenedBlob {
  readonly record: BlobRecord;
  readonly disposition: string;
  read(range: ByteRange): AsyncIterable<Uint8Array>;
}

type Unavailable = 'no_quorum' | 'overloaded';
type CreateError = Unavailable | 'invalid_request' | 'payload_too_large' | 'conflict';
type UploadError = CreateError | 'request_timeout' | 'rate_limited';

/** How an upload ended, for the metric. */
export type UploadOutcome = 'stored' | 'refused' | 'failed';

export interface BlobServicePorts extends AgentFilesPorts {
  readonly store: BlobStore;
  readonly local: Pick<LocalBlobs, 'stage' | 'discard'>;
  readonly links: BlobLinks;
  readonly settings: BlobSettings;
  readonly newId: () => string;
  readonly onUpload: (outcome: UploadOutcome) => void;
}

/** The files of conversations: outside of the log, named by messages. Nothing that appends to the log waits for it. */
export class BlobService {
  readonly #ports: BlobServicePorts;
  readonly #slots = new UploadSlots();

  constructor(ports: BlobServicePorts) {
    this.#ports = ports;
  }

  /** Begins an upload: nothing is stored yet, the link says all. */
  async create(
    session: SessionOfBlobs,
    blob: NewBlob,
  ): Promise<Result<{ readonly blob: StoredBlob; readonly upload: SignedLink }, CreateError>> {
    const { settings, links, newId, wallClockMs } = this.#ports;
    if (!isAllowed(blob.mediaType, settings.types)) return refuse(notAllowed(blob.mediaType));
    if (blob.bytes > settings.bytesMax) return refuse(tooLarge(settings.bytesMax));
    return this.#answering(async () => {
      const owner = blobSessionOf(session);
      const refusal = await this.#quotaRefusal(owner, blob.bytes);
      if (refusal !== null) return refuse(refusal);
      const id = newId();
      const nowMs = wallClockMs();
      const untilMs = nowMs + UPLOAD_LINK_MS;
      const key = { ...owner, blobId: id };
      const url = links.upload({ key, untilMs, ...blob, afterSeq: session.lastSeq });
      const stored = { ...blob, id, sessionId: session.id, insertedAtMs: nowMs };
      return { ok: true, value: { blob: stored, upload: { url, untilMs } } };
    });
  }

  /** Null: the token allows no upload (any more). */
  openUpload(token: string): UploadPermit | null {
    return this.#ports.links.openUpload(token);
  }

  /** Takes the bytes; resolves once they are stored. One that is stored already is answered without being read. */
  async upload(
    permit: UploadPermit,
    body: AsyncIterable<Uint8Array>,
    times: BodyTimes,
  ): Promise<Result<StoredBlob, UploadError>> {
    const release = this.#slots.acquire(permit.key.userKey, permit.bytes);
    if (typeof release === 'string') return refuse(NO_SLOT[release]);
    try {
      const result = await this.#answering(() => this.#receive(permit, body, times));
      this.#ports.onUpload(result.ok ? 'stored' : 'refused');
      return result;
    } catch (error) {
      this.#ports.onUpload('failed');
      throw error;
    } finally {
      release();
    }
  }

  link(session: SessionOfBlobs, blobId: string): SignedLink {
    const untilMs = this.#ports.wallClockMs() + DOWNLOAD_LINK_MS;
    const url = this.#ports.links.download({ ...blobSessionOf(session), blobId }, untilMs);
    return { url, untilMs };
  }

  /** How the files of one call are sent to an agent. */
  agentFiles(session: Omit<SessionOfBlobs, 'lastSeq'>, needsBytes: boolean): LinkOf {
    return agentFiles(this.#ports, session, needsBytes);
  }

  openDownload(token: string): BlobKey | null {
    return this.#ports.links.openDownload(token);
  }

  open(key: BlobKey): Promise<Result<OpenedBlob, Unavailable | 'not_found'>> {
    const { store } = this.#ports;
    return this.#answering(async () => {
      const record = await store.find(key);
      if (record === null) return refuse(NO_BLOB);
      const disposition = dispositionOf(record.mediaType, record.name);
      return {
        ok: true,
        value: { record, disposition, read: (range) => store.read(key, range) },
      };
    });
  }

  remove(session: SessionOfBlobs, blobId: string): Promise<Result<null, Unavailable>> {
    const key = { ...blobSessionOf(session), blobId };
    return this.#answering(async () => {
      await this.#ports.store.remove(key);
      return { ok: true, value: null };
    });
  }

  /** Never rejects: what can't be deleted now, the sweep deletes. */
  async sessionErased(session: Omit<SessionOfBlobs, 'lastSeq'>): Promise<void> {
    try {
      await this.#ports.store.removeSession(blobSessionOf(session));
    } catch (error) {
      this.#ports.onUnavailable(error);
    }
  }

  async #receive(
    permit: UploadPermit,
    body: AsyncIterable<Uint8Array>,
    times: BodyTimes,
  ): Promise<Result<StoredBlob, UploadError>> {
    const { store, local } = this.#ports;
    const before = await store.find(permit.key);
    if (before !== null) return { ok: true, value: storedBlob(permit.key, before) };
    // This upload is among those under way.
    const full = await this.#quotaRefusal(permit.key, 0);
    if (full !== null) return refuse(full);
    const staged = local.stage();
    try {
      const { sha256, head } = await receiveBody(body, staged, permit.bytes, times);
      const checked = await this.#checked(permit, staged, { sha256, head });
      if (!checked.ok) return checked;
      await store.write(permit.key, checked.value, staged);
      return { ok: true, value: storedBlob(permit.key, checked.value) };
    } finally {
      await local.discard(staged);
    }
  }

  /** By its bytes, and by the operator's scanner. */
  async #checked(
    { name, mediaType, bytes, afterSeq }: UploadPermit,
    staged: StagedBlob,
    { sha256, head }: { readonly sha256: string; readonly head: Uint8Array },
  ): Promise<Result<BlobRecord, 'invalid_request' | 'overloaded'>> {
    const { settings, wallClockMs } = this.#ports;
    const type = await checkMediaType(mediaType, head);
    if (!type.ok) return refuse(invalidField('media_type', type.detail));
    if (!isAllowed(type.mediaType, settings.types)) return refuse(notAllowed(type.mediaType));
    const insertedAtMs = wallClockMs();
    const record: BlobRecord = {
      ...{ version: 1, name, mediaType: type.mediaType, bytes },
      ...{ sha256, afterSeq, insertedAtMs },
    };
    if (settings.scan === null) return { ok: true, value: record };
    const { clean, reason } = await scan(settings.scan, staged, record);
    if (clean) return { ok: true, value: record };
    const why = reason === undefined ? '' : `: ${reason}`;
    return refuse(invalidField('', 'was refused', `the file was refused by the scanner${why}`));
  }

  async #quotaRefusal(owner: BlobSession, bytes: number): Promise<Failure<'conflict'> | null> {
    const { store, settings } = this.#ports;
    const used = await store.usage(owner);
    const limit = settings.userBytesMax;
    const coming = this.#slots.bytesOf(owner.userKey) + bytes;
    if (used.bytes + coming > limit)
      return {
        code: 'conflict',
        detail: `the files of this user take ${used.bytes} bytes of ${limit}, and ${coming} more do not fit`,
      };
    return used.files < BLOBS_PER_USER_MAX
      ? null
      : {
          code: 'conflict',
          detail: `this user has ${BLOBS_PER_USER_MAX} files, as many as one may`,
        };
  }

  /** What the store, the scanner and the sender fail with, as answers. */
  async #answering<T, C extends UploadError | 'not_found'>(
    work: () => Promise<Result<T, C>>,
  ): Promise<Result<T, C | Unavailable>>;
  async #answering<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof UploadRefusedError) return refuse(uploadFailure(error));
      if (error instanceof BlobStoreUnavailableError) {
        this.#ports.onUnavailable(error);
        return refuse({ code: error.code, detail: error.message });
      }
      if (error instanceof ScannerUnavailableError) {
        this.#ports.onUnavailable(error);
        return refuse(NO_VERDICT);
      }
      throw error;
    }
  }
}

function uploadFailure({ code, message }: UploadRefusedError): Failure<UploadRefusedError['code']> {
  return code === 'invalid_request'
    ? invalidField('', message, message)
    : { code, detail: message };
}

function refuse<F extends Failure>(error: F): { readonly ok: false; readonly error: F } {
  return { ok: false, error };
}

function storedBlob(
  { blobId, sessionId }: BlobKey,
  { name, mediaType, bytes, insertedAtMs }: BlobRecord,
): StoredBlob {
  return { id: blobId, sessionId, name, mediaType, bytes, insertedAtMs };
}

function notAllowed(mediaType: string): Failure<'invalid_request'> {
  return invalidField('media_type', `${mediaType} is not allowed here`);
}

function tooLarge(bytesMax: number): Failure<'payload_too_large'> {
  return {
    code: 'payload_too_large',
    detail: `a file may have ${bytesMax} bytes`,
    errors: [{ path: 'bytes', message: `must be at most ${bytesMax}` }],
  };
}

const NO_BLOB: Failure<'not_found'> = {
  code: 'not_found',
  detail: 'the file is not there (any more)',
};
const NO_VERDICT: Failure<'overloaded'> = {
  code: 'overloaded',
  detail: 'the scanner of files does not answer; try again shortly',
};
const NO_SLOT = {
  'node-full': {
    code: 'overloaded',
    detail: 'this node receives as many files as it may; try again shortly',
  },
  'user-full': {
    code: 'rate_limited',
    detail: 'as many files of this user are being uploaded as may be; try again shortly',
  },
} as const satisfies Readonly<Record<string, Failure<'overloaded' | 'rate_limited'>>>;
