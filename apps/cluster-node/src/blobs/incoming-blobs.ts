import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { BLOB_TRANSFER_IDLE_MS, BLOB_TRANSFERS_MAX } from '../limits.ts';
import type { BlobKey, BlobRecord, StagedBlob } from './blob.ts';
import type { LocalBlobs } from './local-blobs.ts';

/** A piece of a file that another node sends. */
export interface SentPiece {
  /** Drawn by the sender for one file. */
  readonly transfer: string;
  readonly key: BlobKey;
  readonly record: BlobRecord;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface Transfer {
  readonly staged: StagedBlob;
  readonly file: FileHandle;
  readonly hash: Hash;
  received: number;
  touchedAtMs: number;
  /** A piece is being written: the next one has to wait for its answer. */
  isBusy: boolean;
}

/** How a piece was received: `again`: the transfer is to be begun anew. */
export type PieceOutcome = 'received' | 'stored' | 'again' | 'overloaded';

/** Files that other nodes are sending to this one, piece by piece in order. */
export class IncomingBlobs {
  readonly #blobs: LocalBlobs;
  readonly #monotonicMs: () => number;
  readonly #transfers = new Map<string, Transfer>();

  constructor(blobs: LocalBlobs, monotonicMs: () => number) {
    this.#blobs = blobs;
    this.#monotonicMs = monotonicMs;
  }

  /** `stored`: the piece was the last, and the whole file is on disk. */
  async receive(piece: SentPiece): Promise<PieceOutcome> {
    await this.#giveUpIdle();
    const transfer = await this.#transferOf(piece);
    if (transfer === null) return piece.offset === 0 ? 'overloaded' : 'again';
    if (transfer.isBusy || transfer.received !== piece.offset) return 'again';
    transfer.isBusy = true;
    try {
      await transfer.file.appendFile(piece.bytes);
      transfer.hash.update(piece.bytes);
      transfer.received += piece.bytes.length;
      transfer.touchedAtMs = this.#monotonicMs();
      if (transfer.received < piece.record.bytes) return 'received';
      return await this.#finish(piece, transfer);
    } catch (error) {
      await this.#end(piece.transfer, transfer);
      throw error;
    } finally {
      transfer.isBusy = false;
    }
  }

  async #transferOf({ transfer: name, offset }: SentPiece): Promise<Transfer | null> {
    const known = this.#transfers.get(name);
    if (known !== undefined || offset > 0) return known ?? null;
    if (this.#transfers.size >= BLOB_TRANSFERS_MAX) return null;
    const staged = this.#blobs.stage();
    const transfer: Transfer = {
      staged,
      file: await open(staged.path, 'wx'),
      hash: createHash('sha256'),
      received: 0,
      touchedAtMs: this.#monotonicMs(),
      isBusy: false,
    };
    this.#transfers.set(name, transfer);
    return transfer;
  }

  async #finish({ transfer: name, key, record }: SentPiece, transfer: Transfer) {
    this.#transfers.delete(name);
    await transfer.file.close();
    const isWhole =
      transfer.received === record.bytes && transfer.hash.digest('hex') === record.sha256;
    if (isWhole) await this.#blobs.commit(key, record, transfer.staged);
    else await this.#blobs.discard(transfer.staged);
    return isWhole ? 'stored' : 'again';
  }

  async #giveUpIdle(): Promise<void> {
    const before = this.#monotonicMs() - BLOB_TRANSFER_IDLE_MS;
    for (const [name, transfer] of this.#transfers)
      if (transfer.touchedAtMs < before && !transfer.isBusy) await this.#end(name, transfer);
  }

  async #end(name: string, transfer: Transfer): Promise<void> {
    if (!this.#transfers.delete(name)) return;
    await transfer.file.close();
    await this.#blobs.discard(transfer.staged);
  }
}
