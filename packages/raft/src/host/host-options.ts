import type { Clock } from '../clock/clock.ts';
import type { RandomInteger } from '../core/index.ts';
import type { RecoveredWal, SnapshotStore, Wal } from '../wal/index.ts';
import type { HostEvent, HostTransport, NodeNumber } from './host-api.ts';

/** Every bound of the host. What happens at each is stated where it is used and in docs/internals/raft-host.md. */
export interface HostLimits {
  readonly tickMs: number;
  readonly heartbeatTicks: number;
  readonly electionTicks: number;
  readonly appendBytesMax: number;
  readonly committedBytesMaxPerReady: number;
  readonly uncommittedBytesMax: number;
  readonly inflightMessagesMax: number;
  readonly inflightBytesMax: number;
  /** Largest proposal. */
  readonly entryBytesMax: number;
  /** Proposals of all groups that wait for their outcome. */
  readonly proposalsPendingMax: number;
  /** After this a proposal's outcome is unknown. */
  readonly proposalTimeoutMs: number;
  readonly readsPendingMax: number;
  /** Bytes of this node's writes that wait for the disk; proposals are refused above. */
  readonly walQueuedBytesMax: number;
  /** A batch for the log takes no more rounds in above this. */
  readonly walBatchBytesMax: number;
  /** Frames are begun anew above this. */
  readonly frameBytesMax: number;
  /** Entries in memory, all groups; the oldest are dropped and read from the log where needed. */
  readonly entriesMemoryBytesMax: number;
  /** A group is snapshotted after so many applied entries, or so many bytes of them. */
  readonly snapshotEntries: number;
  readonly snapshotLogBytes: number;
  /** Entries below the snapshot that stay in memory for a follower that lags a little. */
  readonly trailingEntries: number;
  /** A group applies at most so many entries in one turn. */
  readonly applyEntriesPerTurn: number;
  readonly snapshotChunkBytes: number;
  readonly snapshotWindowChunks: number;
  readonly snapshotBytesMax: number;
  readonly snapshotTransfersMax: number;
  /** A write that takes longer makes the node hand its leaderships over. */
  readonly diskStallMs: number;
  /** Segments of the log above which groups that pin old ones are snapshotted. */
  readonly walSegmentsMax: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** What a node runs with: elections after 1 to 2 s without a leader, entries of at most 1 MiB. */
export const HOST_LIMITS_DEFAULT: HostLimits = {
  tickMs: 100,
  heartbeatTicks: 2,
  electionTicks: 10,
  appendBytesMax: 256 * KIB,
  committedBytesMaxPerReady: MIB,
  uncommittedBytesMax: 8 * MIB,
  inflightMessagesMax: 256,
  inflightBytesMax: 4 * MIB,
  entryBytesMax: MIB,
  proposalsPendingMax: 20_000,
  proposalTimeoutMs: 10_000,
  readsPendingMax: 20_000,
  walQueuedBytesMax: 64 * MIB,
  walBatchBytesMax: 4 * MIB,
  frameBytesMax: MIB,
  entriesMemoryBytesMax: 8 * MIB,
  snapshotEntries: 100_000,
  snapshotLogBytes: 64 * MIB,
  trailingEntries: 2_000,
  applyEntriesPerTurn: 512,
  snapshotChunkBytes: 64 * KIB,
  snapshotWindowChunks: 4,
  snapshotBytesMax: 512 * MIB,
  snapshotTransfersMax: 2,
  diskStallMs: 1_500,
  walSegmentsMax: 6,
};

/** What a host is made with: its ports, which the simulator replaces, and its limits. */
export interface HostOptions {
  readonly nodeNumber: NodeNumber;
  readonly clock: Clock;
  readonly transport: HostTransport;
  readonly wal: Wal;
  readonly recovered: RecoveredWal;
  readonly snapshots: SnapshotStore;
  readonly random: RandomInteger;
  /** CRC32C of bytes, an unsigned 32-bit integer. */
  readonly crc32c: (bytes: Uint8Array) => number;
  readonly onEvent: (event: HostEvent) => void;
  readonly limits?: Partial<HostLimits>;
}
