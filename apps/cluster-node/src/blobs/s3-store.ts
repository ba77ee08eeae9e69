import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { S3mini, S3ServiceError } from 's3mini';
import { BLOBS_LISTED_MAX } from '../limits.ts';
import {
  type BlobKey,
  type BlobRecord,
  type BlobSession,
  type BlobStore,
  BlobStoreUnavailableError,
  type BlobUsage,
  type ByteRange,
  blobRecordSchema,
  groupOfBlobs,
  type KeptBlob,
  type KeptBlobs,
  type StagedBlob,
} from './blob.ts';
import { keptBlobs, REFERENCED } from './kept-blobs.ts';

/** Where an object store is, and what it is opened with. */
export interface S3Settings {
  /** With the bucket: `https://s3.example.com/bucket`. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface S3StorePorts extends S3Settings {
  /** Groups whose files this node looks after. */
  readonly ledGroups: () => readonly number[];
}

const PREFIX = 'files';
/** The record, as base64url of its JSON: metadata of objects is ASCII. */
const RECORD_HEADER = 'x-amz-meta-fleetlm';
const REQUEST_LIMIT_MS = 120_000;

/** Files in an object store that speaks S3: all nodes read and write the same. */
export class S3Store implements BlobStore {
  readonly #s3: S3mini;
  readonly #ledGroups: S3StorePorts['ledGroups'];

  constructor({ endpoint, region, accessKey, secretKey, ledGroups }: S3StorePorts) {
    this.#s3 = new S3mini({
      endpoint,
      region,
      accessKeyId: accessKey,
      secretAccessKey: secretKey,
      requestAbortTimeout: REQUEST_LIMIT_MS,
      // The body of an upload is a stream.
      fetch: (input, init) => fetch(input, { ...init, duplex: 'half' }),
    });
    this.#ledGroups = ledGroups;
  }

  get kept(): KeptBlobs {
    return {
      sessions: () => this.#sessions(),
      record: (key) => this.find(key),
      markReferenced: (key) => this.#markReferenced(key),
      remove: (key) => this.remove(key),
      removeSession: (session) => this.removeSession(session),
    };
  }

  async write(key: BlobKey, record: BlobRecord, { path }: StagedBlob): Promise<void> {
    try {
      await reaching(async () => {
        const body = Readable.toWeb(createReadStream(path));
        const header = Buffer.from(JSON.stringify(record)).toString('base64url');
        await this.#s3.putObject(
          pathOf(key),
          // Two declarations of one class: Node's and the DOM's.
          body as unknown as ReadableStream,
          record.mediaType,
          undefined,
          { [RECORD_HEADER]: header },
          record.bytes,
        );
      });
    } finally {
      await rm(path, { force: true });
    }
  }

  find(key: BlobKey): Promise<BlobRecord | null> {
    return reaching(async () => {
      const response = await ifThere(() => this.#s3.getObjectRaw(pathOf(key), false, 0, 1));
      if (response === null) return null;
      await response.body?.cancel();
      const header = Buffer.from(response.headers.get(RECORD_HEADER) ?? '', 'base64url');
      return blobRecordSchema.parse(JSON.parse(header.toString('utf8')));
    });
  }

  async *read(key: BlobKey, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
    const response = await reaching(() =>
      this.#s3.getObjectRaw(pathOf(key), false, start, end + 1),
    );
    for await (const bytes of response.body ?? []) yield bytes;
  }

  usage(user: BlobSession): Promise<BlobUsage> {
    return reaching(async () => {
      let bytes = 0;
      let files = 0;
      for await (const { Key, Size } of this.#objects(`${userPath(user)}/`)) {
        if (Key.endsWith(REFERENCED)) continue;
        bytes += Size;
        files += 1;
      }
      return { bytes, files };
    });
  }

  remove(key: BlobKey): Promise<void> {
    return reaching(async () => {
      await this.#s3.deleteObject(pathOf(key));
      await this.#s3.deleteObject(`${pathOf(key)}${REFERENCED}`);
    });
  }

  removeSession(session: BlobSession): Promise<void> {
    return reaching(async () => {
      for await (const { Key } of this.#objects(`${sessionPath(session)}/`))
        await this.#s3.deleteObject(Key);
    });
  }

  /** Computed here: the store is not asked. */
  directLink(key: BlobKey, forS: number): Promise<string> {
    const query = { 'response-content-disposition': 'attachment' };
    return this.#s3.getPresignedUrl('GET', pathOf(key), forS, query);
  }

  #markReferenced(key: BlobKey): Promise<void> {
    return reaching(async () => {
      await this.#s3.putObject(`${pathOf(key)}${REFERENCED}`, '1');
    });
  }

  async *#sessions(): AsyncGenerator<readonly [KeptBlob, ...KeptBlob[]]> {
    for (const group of this.#ledGroups()) yield* this.#sessionsOf(`${groupPath(group)}/`);
  }

  /** Objects come in the order of their keys, so those of a conversation come together. */
  async *#sessionsOf(prefix: string): AsyncGenerator<readonly [KeptBlob, ...KeptBlob[]]> {
    let names: string[] = [];
    let of: BlobSession | null = null;
    for await (const { Key } of this.#objects(prefix)) {
      const [, , userKey = '', sessionId = '', name = ''] = Key.split('/');
      if (of !== null && of.sessionId !== sessionId) {
        yield* oneSession(of, names);
        names = [];
      }
      of = { userKey, sessionId };
      names.push(name);
    }
    if (of !== null) yield* oneSession(of, names);
  }

  async *#objects(prefix: string) {
    let token: string | undefined;
    do {
      const page = await this.#s3.listObjectsPaged('/', prefix, BLOBS_LISTED_MAX, token);
      yield* page?.objects ?? [];
      token = page?.nextContinuationToken;
    } while (token !== undefined);
  }
}

function groupPath(group: number): string {
  return `${PREFIX}/${group.toString(16).padStart(2, '0')}`;
}

function userPath(session: BlobSession): string {
  return `${groupPath(groupOfBlobs(session))}/${session.userKey}`;
}

function sessionPath(session: BlobSession): string {
  return `${userPath(session)}/${session.sessionId}`;
}

function pathOf(key: BlobKey): string {
  return `${sessionPath(key)}/${key.blobId}`;
}

function* oneSession(
  session: BlobSession,
  names: readonly string[],
): Generator<readonly [KeptBlob, ...KeptBlob[]]> {
  const [first, ...others] = keptBlobs(session, names);
  if (first !== undefined) yield [first, ...others];
}

/** Null: there is no such object. */
async function ifThere<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof S3ServiceError && error.status === 404) return null;
    throw error;
  }
}

async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const message = 'the object store does not do what it was asked; try again shortly';
    throw new BlobStoreUnavailableError('overloaded', message, { cause });
  }
}
