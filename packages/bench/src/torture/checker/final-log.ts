import type { LogEntry, RunRecord, SessionLog } from './run-record.ts';

/** The final log of every session, by number: what the first node says. */
export function finalLogs(run: RunRecord): readonly SessionLog[] {
  return run.nodeLogs[0]?.sessions ?? [];
}

/** The entry at a seq, from 1; null when the log is shorter. */
export function entryAt(log: SessionLog | undefined, seq: number): LogEntry | null {
  return log?.entries[seq - 1] ?? null;
}

/** Where each append is: its number -> seq. An append that is there twice has its first place. */
export function placesOf(logs: readonly SessionLog[]): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  for (const { entries } of logs)
    for (const [at, { append }] of entries.entries())
      if (append !== null && !places.has(append)) places.set(append, at + 1);
  return places;
}
