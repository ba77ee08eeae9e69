import type { Message } from '../../core/index.ts';
import { encodeSnapshotChunk, type SnapshotAnswer } from '../../mesh/snapshot-codec.ts';
import type { SnapshotReader } from '../../wal/index.ts';
import type { NodeNumber } from '../host-api.ts';
import type { HostLimits, HostOptions } from '../host-options.ts';
import type { Replica } from '../replica.ts';
import type { LargeSnapshots } from './large-snapshots.ts';

type SnapshotMessage = Extract<Message, { type: 'snapshot' }>;

interface Transfer<TReply> {
  readonly replica: Replica<TReply>;
  readonly peer: NodeNumber;
  /** The leader's term: the transfer is pointless in any other. */
  readonly term: number;
  reader: SnapshotReader | null;
  isReading: boolean;
  isDone: boolean;
  acknowledged: number;
  sent: number;
  progressMs: number;
  resentMs: number;
}

/** Without any progress for this long a transfer is given up; the core begins it anew. */
export const TRANSFER_TIMEOUT_MS = 10_000;
/** Without progress for this long the pieces in flight are sent again. */
const RESEND_MS = 1_000;

/**
 * Snapshots on their way to followers that fell behind the log: in pieces, a few of them unanswered at a time,
 * so that the receiver sets the pace and nothing else waits behind them.
 */
export class SnapshotSender<TReply> {
  readonly #options: HostOptions;
  readonly #limits: HostLimits;
  readonly #large: LargeSnapshots;
  readonly #mark: (replica: Replica<TReply>) => void;
  readonly #transfers = new Map<string, Transfer<TReply>>();

  constructor(
    options: HostOptions,
    limits: HostLimits,
    large: LargeSnapshots,
    mark: (replica: Replica<TReply>) => void,
  ) {
    this.#options = options;
    this.#limits = limits;
    this.#large = large;
    this.#mark = mark;
  }

  start(replica: Replica<TReply>, message: SnapshotMessage): void {
    const peer = message.to;
    const id = idOf(peer, replica.group);
    if (this.#transfers.has(id)) return;
    if (this.#transfers.size >= this.#limits.snapshotTransfersMax) {
      this.#report(replica, peer, 'failure');
      return;
    }
    const now = this.#options.clock.now();
    const transfer: Transfer<TReply> = {
      replica,
      peer,
      term: message.term,
      reader: null,
      isReading: false,
      isDone: false,
      acknowledged: 0,
      sent: -1,
      progressMs: now,
      resentMs: now,
    };
    this.#transfers.set(id, transfer);
    this.#options.snapshots.openReader(replica.log.key, (result) => {
      // A newer one than the message spoke of serves as well.
      const reader = result.ok ? result.value : null;
      transfer.reader = reader;
      if (reader === null || reader.metadata.index < message.snapshot.index || transfer.isDone) {
        this.#finish(transfer, 'failure');
        reader?.close(nothing);
        return;
      }
      transfer.sent = 0;
      this.#pump(transfer);
    });
  }

  answered(answer: SnapshotAnswer): void {
    const transfer = this.#transfers.get(idOf(answer.from, answer.group));
    const reader = transfer?.reader ?? null;
    if (transfer === undefined || reader === null) return;
    if (reader.metadata.index !== answer.index || transfer.term !== answer.term) return;
    switch (answer.status) {
      case 'done':
        this.#finish(transfer, 'finish');
        return;
      case 'refused':
        this.#finish(transfer, 'failure');
        return;
      case 'too-large':
        this.#large.report({
          stage: 'sent',
          group: answer.group,
          peer: answer.from,
          index: answer.index,
          bytes: reader.totalBytes,
          bytesMax: answer.offset,
        });
        this.#finish(transfer, 'failure');
        return;
      case 'next':
        if (answer.offset > reader.totalBytes) return;
        if (answer.offset > transfer.acknowledged) transfer.progressMs = this.#options.clock.now();
        transfer.acknowledged = Math.max(transfer.acknowledged, answer.offset);
        transfer.sent = Math.max(transfer.sent, transfer.acknowledged);
        this.#pump(transfer);
        return;
    }
  }

  peerDown(peer: NodeNumber): void {
    for (const transfer of [...this.#transfers.values()]) {
      if (transfer.peer === peer) this.#finish(transfer, 'failure');
    }
  }

  tick(nowMs: number): void {
    for (const transfer of [...this.#transfers.values()]) {
      const { replica } = transfer;
      const isLate = nowMs - transfer.progressMs > TRANSFER_TIMEOUT_MS;
      if (!replica.isLeader || replica.term !== transfer.term || isLate) {
        this.#finish(transfer, 'failure');
        continue;
      }
      if (transfer.reader === null) continue;
      if (nowMs - Math.max(transfer.progressMs, transfer.resentMs) > RESEND_MS) {
        transfer.sent = transfer.acknowledged;
        transfer.resentMs = nowMs;
      }
      this.#pump(transfer);
    }
  }

  stop(): void {
    for (const transfer of [...this.#transfers.values()]) this.#close(transfer);
    this.#transfers.clear();
  }

  /** Reads and sends the next piece, if the window has room; each piece comes back here for the next one. */
  #pump(transfer: Transfer<TReply>): void {
    const { reader, sent } = transfer;
    if (reader === null || transfer.isReading || transfer.isDone) return;
    const { snapshotChunkBytes, snapshotWindowChunks } = this.#limits;
    // An empty snapshot is one empty piece.
    if (sent >= reader.totalBytes && reader.totalBytes > 0) return;
    if (sent - transfer.acknowledged >= snapshotChunkBytes * snapshotWindowChunks) return;
    transfer.isReading = true;
    reader.read(sent, snapshotChunkBytes, (result) => {
      transfer.isReading = false;
      if (transfer.isDone) return;
      if (!result.ok) this.#finish(transfer, 'failure');
      // Acknowledgements and repetitions move the window while a piece is read.
      else if (transfer.sent !== sent) this.#pump(transfer);
      else if (this.#send(transfer, reader, result.value) && reader.totalBytes > 0)
        this.#pump(transfer);
    });
  }

  /** False: full or not connected yet; the next tick tries again. */
  #send(transfer: Transfer<TReply>, reader: SnapshotReader, data: Uint8Array): boolean {
    const { transport, crc32c, nodeNumber } = this.#options;
    const frame = encodeSnapshotChunk(
      {
        from: nodeNumber,
        to: transfer.peer,
        group: transfer.replica.group,
        term: transfer.term,
        snapshot: reader.metadata,
        totalBytes: reader.totalBytes,
        offset: transfer.sent,
        data,
      },
      crc32c,
    );
    if (!transport.send(transfer.peer, frame, 'snapshot')) return false;
    transfer.sent += data.length;
    return true;
  }

  #finish(transfer: Transfer<TReply>, status: 'finish' | 'failure'): void {
    const id = idOf(transfer.peer, transfer.replica.group);
    if (this.#transfers.get(id) !== transfer) return;
    this.#transfers.delete(id);
    this.#close(transfer);
    this.#report(transfer.replica, transfer.peer, status);
  }

  #close(transfer: Transfer<TReply>): void {
    transfer.isDone = true;
    transfer.reader?.close(nothing);
    transfer.reader = null;
  }

  #report(replica: Replica<TReply>, peer: NodeNumber, status: 'finish' | 'failure'): void {
    if (replica.phase !== 'running') return;
    replica.node?.reportSnapshot(peer, status);
    this.#mark(replica);
  }
}

function nothing(): void {}

function idOf(peer: NodeNumber, group: number): string {
  return `${peer}/${group}`;
}
