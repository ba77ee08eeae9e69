import type { FailedRuns } from '../failed-runs.ts';
import type { Archive, LedGroup, Propose } from '../ports.ts';
import type { EvictionPorts } from './evictor.ts';
import type { Hydration } from './hydrator.ts';
import type { Conflict } from './isolate-poison.ts';
import type { SnapshotPorts } from './snapshot-archive.ts';

export interface FlusherPorts {
  /** Marks are kept per cluster: two clusters that share a database must not take each other's for their own. */
  readonly clusterId: string;
  readonly propose: Propose;
  readonly ledGroups: () => Iterable<LedGroup>;
  readonly wallClockMs: () => number;
  readonly databaseUrl: string;
  readonly flushIntervalMs: number;
  /** A session is not flushed any further until an operator looks. */
  readonly onConflict: (conflict: Conflict) => void;
  /** A pass or a read failed; the error's text is for the log alone. */
  readonly onFailure: (error: unknown) => void;
  /** Postgres has lost what it had confirmed, and this node can't give it back. */
  readonly onGap: (gap: ArchiveGap) => void;
  /** Null: every session stays in memory. */
  readonly eviction: Omit<EvictionPorts, 'propose' | 'wallClockMs'> | null;
  /** The archive has another state of a session than the one that left memory, or none. */
  readonly onStale: (sessionId: string, detail: string) => void;
  /** Null: no snapshots are archived. */
  readonly snapshots: SnapshotPorts | null;
  /** What the cluster is made of, as JSON. */
  readonly descriptor: () => string;
  /** Failures of runs that are not among the events yet. */
  readonly failedRuns: Pick<FailedRuns, 'pending' | 'written'>;
  /** Postgres does not take so many events for what they hold; they are left out. */
  readonly onEventsRefused: (error: unknown, events: number) => void;
  /** For tests: of one statement of the flusher. */
  readonly statementLimitMs?: number;
}

/** Postgres was restored from an older backup, and some of what it lost is in no node's memory any more. */
export interface ArchiveGap {
  readonly group: number;
  readonly sessionId: string;
  /** So many messages at or below `flushedSeq` are missing. */
  readonly missing: number;
  readonly flushedSeq: number;
}

/** Writes what is above the watermarks of led groups to Postgres, behind everything else. */
export interface Flusher {
  readonly archive: Archive;
  start(): void;
  /** Flushes now (an operator asks, or the node stops); resolves when one pass is over. */
  flushNow(): Promise<FlushPass>;
  readonly stats: FlusherStats;
  /** Brings a session that has left memory back: before anything is proposed for it. */
  hydrate(group: number, sessionId: string): Promise<Hydration>;
  /** A local snapshot of the group is durable: it goes to Postgres with the next pass, if this node leads the group. */
  snapshotSaved(group: number): void;
  stop(graceMs: number): Promise<void>;
}

export type FlushPass =
  | { readonly status: 'flushed'; readonly rows: number }
  | { readonly status: 'unavailable'; readonly error: string };

export interface FlusherStats {
  readonly rowsFlushed: number;
  readonly passes: number;
  readonly failures: number;
  /** Null: never. */
  readonly lastSuccessAtMs: number | null;
  readonly lastError: string | null;
  readonly databaseUp: boolean;
  /** Sessions left alone because Postgres holds something else under their numbers, or won't take what they hold. */
  readonly conflictedSessions: number;
  /** Sessions of which Postgres lost messages that no node can give back. */
  readonly gaps: number;
  readonly sessionsEvicted: number;
  readonly sessionsHydrated: number;
  /** Of one batch at present: fewer while statements take too long. */
  readonly batchRowsMax: number;
}
