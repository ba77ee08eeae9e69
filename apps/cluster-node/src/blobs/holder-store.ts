import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { BLOB_PIECE_BYTES_MAX } from '../limits.ts';
import {
  type BlobKey,
  type BlobRecord,
  type BlobSession,
  type BlobStore,
  BlobStoreUnavailableError,
  type BlobUsage,
  type ByteRange,
  groupOfBlobs,
  type KeptBlobs,
  type StagedBlob,
} from './blob.ts';
import { exactly } from './blob-file.ts';
import type { PieceOutcome, SentPiece } from './incoming-blobs.ts';
import type { BlobPiece, LocalBlobs } from './local-blobs.ts';

/** The files of another node; null: it can't be asked now. */
export interface BlobPeers {
  readonly send: (nodeId: string, piece: SentPiece) => Promise<PieceOutcome | null>;
  /** `missing`: it was asked, and does not have the file. */
  readonly piece: (
    nodeId: string,
    key: BlobKey,
    offset: number,
    length: number,
  ) => Promise<BlobPiece | 'missing' | null>;
  readonly usage: (nodeId: string, user: BlobSession) => Promise<BlobUsage | null>;
  /** Files of a group that it has behind `after`, in their order; none at the end. */
  readonly list: (
    nodeId: string,
    group: number,
    after: BlobKey | null,
  ) => Promise<readonly BlobKey[] | null>;
  /** Without `blobId` all files of the conversation. False: it can't be asked now. */
  readonly remove: (nodeId: string, what: BlobSession | BlobKey) => Promise<boolean>;
}

export interface HolderStorePorts {
  readonly local: LocalBlobs;
  readonly peers: BlobPeers;
  /** Has this node a replica of the group? */
  readonly holds: (group: number) => boolean;
  /** Names of the other nodes that have one. */
  readonly otherHolders: (group: number) => readonly string[];
}

/** A transfer that is begun anew: the connection broke, or the other node was restarted. */
const TRANSFER_ATTEMPTS_MAX = 3;

/**
 * Files on the disks of the nodes that hold the conversation's group. A file is stored once more than half of them have it,
 * as a message is; whichever node is asked for it reads it from one of them.
 */
export class HolderStore implements BlobStore {
  readonly #ports: HolderStorePorts;

  constructor(ports: HolderStorePorts) {
    this.#ports = ports;
  }

  get kept(): KeptBlobs {
    return new LocalKept(this.#ports.local);
  }

  directLink(): null {
    return null;
  }

  async write(key: BlobKey, record: BlobRecord, staged: StagedBlob): Promise<void> {
    const { local } = this.#ports;
    const { others, holdsHere, needed } = this.#holders(key);
    try {
      // Read by the transfers to the others also once it has its own name here.
      const source = await open(staged.path, 'r');
      try {
        if (holdsHere) await local.commit(key, record, staged);
        const here = holdsHere ? 1 : 0;
        const sending = others.map((nodeId) => this.#send(nodeId, key, record, source));
        // Also those beyond the majority: each of them is one more that may be lost.
        const sent = await Promise.all(sending);
        const copies = here + sent.filter((isStored) => isStored).length;
        if (copies < needed) throw tooFew();
      } finally {
        await source.close();
      }
    } finally {
      await local.discard(staged);
    }
  }

  async find(key: BlobKey): Promise<BlobRecord | null> {
    const here = await this.#ports.local.find(key);
    if (here !== null) return here;
    return (await this.#firstPiece(key, 0, 0))?.piece.record ?? null;
  }

  async *read(key: BlobKey, range: ByteRange): AsyncGenerator<Uint8Array> {
    const { local, peers } = this.#ports;
    if ((await local.find(key)) !== null) {
      yield* local.read(key, range);
      return;
    }
    const length = (at: number): number => Math.min(BLOB_PIECE_BYTES_MAX, range.end + 1 - at);
    const first = await this.#firstPiece(key, range.start, length(range.start));
    if (first === null) throw new Error('the file is gone');
    yield first.piece.bytes;
    let at = range.start + first.piece.bytes.length;
    while (at <= range.end) {
      const next = await peers.piece(first.nodeId, key, at, length(at));
      // Another node continues where this one can't.
      const piece =
        next === null || next === 'missing'
          ? (await this.#firstPiece(key, at, length(at)))?.piece
          : next;
      if (piece === undefined || piece.bytes.length === 0) throw new Error('the file is gone');
      yield piece.bytes;
      at += piece.bytes.length;
    }
  }

  async usage(user: BlobSession): Promise<BlobUsage> {
    const { local, peers } = this.#ports;
    const { others, holdsHere } = this.#holders(user);
    if (holdsHere) return local.usage(user);
    for (const nodeId of others) {
      const usage = await peers.usage(nodeId, user);
      if (usage !== null) return usage;
    }
    throw unreachable();
  }

  remove(key: BlobKey): Promise<void> {
    return this.#removeEverywhere(key, () => this.#ports.local.remove(key));
  }

  removeSession(session: BlobSession): Promise<void> {
    return this.#removeEverywhere(session, () => this.#ports.local.removeSession(session));
  }

  /** Where a node can't be reached now, its own sweep deletes what is left. */
  async #removeEverywhere(
    what: BlobSession | BlobKey,
    removeHere: () => Promise<void>,
  ): Promise<void> {
    const { peers } = this.#ports;
    await removeHere();
    await Promise.all(this.#holders(what).others.map((nodeId) => peers.remove(nodeId, what)));
  }

  #holders(session: BlobSession): {
    readonly others: readonly string[];
    readonly holdsHere: boolean;
    readonly needed: number;
  } {
    const { holds, otherHolders } = this.#ports;
    const group = groupOfBlobs(session);
    const others = otherHolders(group);
    const holdsHere = holds(group);
    const count = others.length + (holdsHere ? 1 : 0);
    if (count === 0) throw unreachable();
    return { others, holdsHere, needed: Math.floor(count / 2) + 1 };
  }

  /**
   * From the first other node that has it; null: it is not stored. What is stored is on more than half of the nodes, so it is enough to
   * have asked so many that one of them would have it. Throws when fewer can be asked.
   */
  async #firstPiece(
    key: BlobKey,
    offset: number,
    length: number,
  ): Promise<{ readonly nodeId: string; readonly piece: BlobPiece } | null> {
    const { others, holdsHere, needed } = this.#holders(key);
    const count = others.length + (holdsHere ? 1 : 0);
    // The caller has looked here.
    let missing = holdsHere ? 1 : 0;
    for (const nodeId of others) {
      const piece = await this.#ports.peers.piece(nodeId, key, offset, length);
      if (piece === 'missing') missing += 1;
      else if (piece !== null) return { nodeId, piece };
    }
    if (missing <= count - needed) throw unreachable();
    return null;
  }

  async #send(
    nodeId: string,
    key: BlobKey,
    record: BlobRecord,
    source: FileHandle,
  ): Promise<boolean> {
    for (let attempt = 0; attempt < TRANSFER_ATTEMPTS_MAX; attempt += 1) {
      const outcome = await this.#sendOnce(nodeId, key, record, source);
      if (outcome !== 'again') return outcome === 'stored';
    }
    return false;
  }

  async #sendOnce(
    nodeId: string,
    key: BlobKey,
    record: BlobRecord,
    source: FileHandle,
  ): Promise<'stored' | 'again' | 'failed'> {
    const { peers } = this.#ports;
    const transfer = randomUUID();
    for (let offset = 0; offset < record.bytes; offset += BLOB_PIECE_BYTES_MAX) {
      const length = Math.min(BLOB_PIECE_BYTES_MAX, record.bytes - offset);
      const bytes = await exactly(source, offset, length, key.blobId);
      const outcome = await peers.send(nodeId, { transfer, key, record, offset, bytes });
      if (outcome === 'stored') return 'stored';
      if (outcome === 'again') return 'again';
      if (outcome === 'overloaded') return 'failed';
      // No answer: it may have been the last piece, and written.
      if (outcome === null) return (await this.#hasIt(nodeId, key)) ? 'stored' : 'failed';
    }
    return 'again';
  }

  async #hasIt(nodeId: string, key: BlobKey): Promise<boolean> {
    const piece = await this.#ports.peers.piece(nodeId, key, 0, 0);
    return piece !== null && piece !== 'missing';
  }
}

function unreachable(): BlobStoreUnavailableError {
  return new BlobStoreUnavailableError(
    'no_quorum',
    'no node that holds the files of this conversation could be reached',
  );
}

function tooFew(): BlobStoreUnavailableError {
  return new BlobStoreUnavailableError(
    'no_quorum',
    'the file is not stored: too few of the nodes that hold this conversation could be reached; send it again',
  );
}

/** What is on this node's disk. */
class LocalKept implements KeptBlobs {
  readonly #local: LocalBlobs;

  constructor(local: LocalBlobs) {
    this.#local = local;
  }

  sessions = () => this.#local.sessions();
  record = (key: BlobKey) => this.#local.find(key);
  markReferenced = (key: BlobKey) => this.#local.markReferenced(key);
  remove = (key: BlobKey) => this.#local.remove(key);
  removeSession = (session: BlobSession) => this.#local.removeSession(session);
}

/**
 * Copies a file from another node to this one's disk. False: that node does not have it, or does not answer. Throws when what
 * comes is not the file that its record describes.
 */
export async function pullBlob(
  local: LocalBlobs,
  peers: Pick<BlobPeers, 'piece'>,
  nodeId: string,
  key: BlobKey,
): Promise<boolean> {
  const staged = local.stage();
  const hash = createHash('sha256');
  try {
    const file = await open(staged.path, 'wx');
    let record: BlobRecord | null = null;
    try {
      for (let at = 0; record === null || at < record.bytes; at += BLOB_PIECE_BYTES_MAX) {
        const piece = await peers.piece(nodeId, key, at, BLOB_PIECE_BYTES_MAX);
        if (piece === null || piece === 'missing') return false;
        record ??= piece.record;
        hash.update(piece.bytes);
        await file.appendFile(piece.bytes);
      }
    } finally {
      await file.close();
    }
    if (hash.digest('hex') !== record.sha256) throw new Error(`${key.blobId}: its hash is wrong`);
    await local.commit(key, record, staged);
    return true;
  } finally {
    await local.discard(staged);
  }
}
