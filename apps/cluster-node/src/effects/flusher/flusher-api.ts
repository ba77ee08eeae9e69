import type { Archive, LedGroup, Propose } from '../ports.ts';

export interface FlusherPorts {
  readonly propose: Propose;
  readonly ledGroups: () => Iterable<LedGroup>;
  readonly wallClockMs: () => number;
  readonly databaseUrl: string;
  readonly flushIntervalMs: number;
  /** A row is there with another content: that session is not flushed any further until an operator looks. */
  readonly onConflict: (conflict: { readonly sessionId: string; readonly seq: number }) => void;
}

/** Writes what is above the watermarks of led groups to Postgres, behind everything else. */
export interface Flusher {
  readonly archive: Archive;
  start(): void;
  /** Flushes now (an operator asks, or the node stops); resolves when one pass is over. */
  flushNow(): Promise<FlushPass>;
  readonly stats: FlusherStats;
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
  /** Sessions left alone because Postgres holds something else under their numbers. */
  readonly conflictedSessions: number;
}
