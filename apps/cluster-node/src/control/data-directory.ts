import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  crc32c,
  type DirectoryLock,
  type DiskResult,
  lockDirectory,
  nodeDisk,
  readDurableFile,
  writeDurableFile,
} from '@fleetlm/raft/wal';
import * as z from 'zod';
import {
  type ClusterDescriptor,
  decodeDescriptor,
  encodeDescriptor,
} from '../membership/cluster-descriptor.ts';
import { type SkippedEntry, skippedEntrySchema } from '../membership/skipped-entries.ts';

const IDENTITY_FILE = 'identity';
const CLUSTER_FILE = 'cluster';
const SECRET_KEY_FILE = 'secret-key';
const SECRET_KEY_BYTES = 32;
const REPLICAS_FILE = 'replicas';
const OPENED_FILE = 'opened';
const SKIPPED_FILE = 'skipped-entries';
/** What belongs to an identity, and is worthless under another. */
const OF_ONE_IDENTITY = [
  'wal',
  'snapshots',
  CLUSTER_FILE,
  REPLICAS_FILE,
  OPENED_FILE,
  SKIPPED_FILE,
];
const VERSION = 1;

const replicasSchema = z.strictObject({
  version: z.literal(VERSION),
  silentBelow: z.array(z.tuple([z.int().min(0), z.int().min(0)])),
});
const skippedSchema = z.strictObject({
  version: z.literal(VERSION),
  entries: z.array(skippedEntrySchema),
});
const openedSchema = z.strictObject({ version: z.literal(VERSION) });

const identitySchema = z.strictObject({
  version: z.literal(VERSION),
  nodeId: z.string(),
  incarnation: z.string().min(1),
});

/** The directory belongs to a node of another name. */
export class ForeignDirectoryError extends Error {
  constructor(directory: string, owner: string, nodeId: string) {
    super(
      `${directory} belongs to the node ${owner}, this is ${nodeId}: give this node a DATA_DIR of its own`,
    );
    this.name = 'ForeignDirectoryError';
  }
}

/** A node's data directory, held by this process alone until it ends. */
export interface DataDirectory {
  readonly path: string;
  /** Drawn when the directory was first used: an emptied directory is another node. */
  readonly incarnation: string;
  /** Null: this node knows no cluster yet. */
  readonly descriptor: ClusterDescriptor | null;
  saveDescriptor(descriptor: ClusterDescriptor): Promise<void>;
  /** A key of this node's own; null: there is none. */
  secretKey(): Promise<string | null>;
  makeSecretKey(): Promise<string>;
  /** Of groups that came (back) to this node: below which index it does not vote in them. */
  nonVotingBelow(): Promise<ReadonlyMap<number, number>>;
  saveNonVotingBelow(groups: ReadonlyMap<number, number>): Promise<void>;
  /** What operators took out of groups, as this node knew it when it last ran. */
  readonly skippedEntries: readonly SkippedEntry[];
  saveSkippedEntries(entries: readonly SkippedEntry[]): Promise<void>;
  /** Whether the log has ever held the system group: then it must be there. */
  wasOpened(): Promise<boolean>;
  markOpened(): Promise<void>;
  /** The log is gone: what this directory was is put aside, and it becomes another node's at the next start. */
  forget(): Promise<void>;
  readonly lock: DirectoryLock;
}

/**
 * Opens or makes the directory. Rejects with DirectoryInUseError, ForeignDirectoryError, or what the disk says;
 * a damaged identity is DiskError('EBADMSG').
 */
export async function openDataDirectory(path: string, nodeId: string): Promise<DataDirectory> {
  await fromDisk<void>((done) => nodeDisk.makeDirectory(path, done));
  const lock = lockDirectory(path);
  const identity = await readJson(path, IDENTITY_FILE, identitySchema);
  if (identity !== null && identity.nodeId !== nodeId)
    throw new ForeignDirectoryError(path, identity.nodeId, nodeId);
  const incarnation = identity?.incarnation ?? randomUUID();
  // A log whose identity is lost must not speak under a new one.
  if (identity === null) await putAside(path, OF_ONE_IDENTITY, incarnation);
  if (identity === null)
    await writeJson(path, IDENTITY_FILE, { version: VERSION, nodeId, incarnation });
  const cluster = await readBytes(path, CLUSTER_FILE);
  const skipped = await readJson(path, SKIPPED_FILE, skippedSchema);
  return {
    path,
    incarnation,
    descriptor: cluster === null ? null : decodeDescriptor(parseJson(cluster)),
    saveDescriptor: (descriptor) => writeJson(path, CLUSTER_FILE, encodeDescriptor(descriptor)),
    secretKey: () => secretKey(path),
    makeSecretKey: () => makeSecretKey(path),
    nonVotingBelow: async () => {
      const replicas = await readJson(path, REPLICAS_FILE, replicasSchema);
      return new Map(replicas?.silentBelow ?? []);
    },
    saveNonVotingBelow: (groups) =>
      writeJson(path, REPLICAS_FILE, { version: VERSION, silentBelow: [...groups] }),
    skippedEntries: skipped?.entries ?? [],
    saveSkippedEntries: (entries) => writeJson(path, SKIPPED_FILE, { version: VERSION, entries }),
    wasOpened: async () => (await readJson(path, OPENED_FILE, openedSchema)) !== null,
    markOpened: () => writeJson(path, OPENED_FILE, { version: VERSION }),
    forget: () => putAside(path, [...OF_ONE_IDENTITY, IDENTITY_FILE], incarnation),
    lock,
  };
}

/** Renamed, not deleted: an operator may want to look at it. */
async function putAside(
  path: string,
  names: readonly string[],
  incarnation: string,
): Promise<void> {
  for (const name of names)
    await rename(join(path, name), join(path, `${name}.before-${incarnation}`)).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      },
    );
}

async function secretKey(path: string): Promise<string | null> {
  const known = await readBytes(path, SECRET_KEY_FILE);
  return known === null ? null : Buffer.from(known).toString('hex');
}

async function makeSecretKey(path: string): Promise<string> {
  const key = randomBytes(SECRET_KEY_BYTES);
  await writeDurableFile(nodeDisk, path, SECRET_KEY_FILE, key, crc32c);
  await chmod(join(path, SECRET_KEY_FILE), 0o600);
  return key.toString('hex');
}

async function readJson<S extends z.ZodType>(
  path: string,
  name: string,
  schema: S,
): Promise<z.output<S> | null> {
  const bytes = await readBytes(path, name);
  return bytes === null ? null : schema.parse(parseJson(bytes));
}

function readBytes(path: string, name: string): Promise<Uint8Array | null> {
  return readDurableFile(nodeDisk, path, name, crc32c);
}

function fromDisk<T>(call: (done: (result: DiskResult<T>) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((result) => {
      if (result.ok) resolve(result.value);
      else reject(result.error);
    });
  });
}

function writeJson(path: string, name: string, value: unknown): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return writeDurableFile(nodeDisk, path, name, bytes, crc32c);
}

function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}
