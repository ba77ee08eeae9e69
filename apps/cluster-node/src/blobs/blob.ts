import { createHash } from 'node:crypto';
import {
  BLOB_NAME_LENGTH_MAX,
  blobIdSchema,
  blobSizeSchema,
  groupOfSession,
  MEDIA_TYPE_LENGTH_MAX,
  sessionIdSchema,
} from '@fleetlm/protocol';
import * as z from 'zod';

const USER_KEY = /^[0-9a-f]{32}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** The conversation that files belong to. The user is part of it, so that what one user stores can be counted. */
export const blobSessionSchema = z.strictObject({
  userKey: z.string().regex(USER_KEY),
  sessionId: sessionIdSchema,
});
export type BlobSession = Readonly<z.output<typeof blobSessionSchema>>;

/** Which file. It becomes a path and a key of an object store: every part has a strict form. */
export const blobKeySchema = z.strictObject({ ...blobSessionSchema.shape, blobId: blobIdSchema });
export type BlobKey = Readonly<z.output<typeof blobKeySchema>>;

/** What is stored with the bytes. */
export const blobRecordSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1).max(BLOB_NAME_LENGTH_MAX),
  mediaType: z.string().min(1).max(MEDIA_TYPE_LENGTH_MAX),
  bytes: blobSizeSchema,
  sha256: z.string().regex(SHA256),
  /** The newest message when the upload began: what refers to the file comes later. */
  afterSeq: z.int().min(0),
  insertedAtMs: z.int().min(0),
});
export type BlobRecord = Readonly<z.output<typeof blobRecordSchema>>;

/** A directory of the user, without their id: ids may hold any character. */
export function userKeyOf(userId: string): string {
  return createHash('sha256').update(userId).digest('hex').slice(0, 32);
}

export function blobSessionOf(session: {
  readonly id: string;
  readonly userId: string;
}): BlobSession {
  return { sessionId: session.id, userKey: userKeyOf(session.userId) };
}

/** The group that the conversation belongs to. Throws for a session id that is none. */
export function groupOfBlobs({ sessionId }: Pick<BlobSession, 'sessionId'>): number {
  const group = groupOfSession(sessionId);
  if (group === null) throw new Error(`no session id: ${sessionId}`);
  return group;
}

export interface BlobUsage {
  readonly bytes: number;
  readonly files: number;
}

/** Inclusive, as in HTTP. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The store can't be reached, or too little of it. The message is for users; `cause` is for logs. */
export class BlobStoreUnavailableError extends Error {
  readonly code: 'no_quorum' | 'overloaded';

  constructor(code: 'no_quorum' | 'overloaded', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BlobStoreUnavailableError';
    this.code = code;
  }
}

/** A file that is on disk and not stored yet. */
export interface StagedBlob {
  readonly path: string;
}

/** Where files are kept. Every method rejects with BlobStoreUnavailableError while the store can't be reached. */
export interface BlobStore {
  /** Resolves once the loss of one node does not lose the file. The staged file is used up either way. */
  write(key: BlobKey, record: BlobRecord, staged: StagedBlob): Promise<void>;
  /** Null: there is none. */
  find(key: BlobKey): Promise<BlobRecord | null>;
  /** The bytes of a range; ends with an error when the file is gone meanwhile. */
  read(key: BlobKey, range: ByteRange): AsyncIterable<Uint8Array>;
  usage(user: BlobSession): Promise<BlobUsage>;
  remove(key: BlobKey): Promise<void>;
  removeSession(session: BlobSession): Promise<void>;
  /** An address at the store itself for agents; null: they read from the nodes. */
  directLink(key: BlobKey, forS: number): Promise<string> | null;
  /** Looks after what is stored here; see BlobSweeper. */
  readonly kept: KeptBlobs;
}

/** A stored file as the sweep sees it. */
export interface KeptBlob {
  readonly key: BlobKey;
  /** A message refers to it: it stays as long as its conversation. */
  readonly isReferenced: boolean;
}

/** What a node has to look after: all that is on its disk, or what is in an object store of the groups that it leads. */
export interface KeptBlobs {
  /** Files conversation by conversation. */
  sessions(): AsyncIterable<readonly [KeptBlob, ...KeptBlob[]]>;
  record(key: BlobKey): Promise<BlobRecord | null>;
  markReferenced(key: BlobKey): Promise<void>;
  remove(key: BlobKey): Promise<void>;
  removeSession(session: BlobSession): Promise<void>;
}
