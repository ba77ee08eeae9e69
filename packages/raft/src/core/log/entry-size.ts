import type { Entry } from '../types.ts';

/** Index, term and type, as an entry is counted against every limit. */
const ENTRY_OVERHEAD_BYTES = 24;

/** Bytes that an entry is counted with against every limit. */
export function entryBytes(entry: Entry): number {
  return entry.data.length + ENTRY_OVERHEAD_BYTES;
}

/** Bytes that entries are counted with together. */
export function entriesBytes(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const entry of entries) bytes += entryBytes(entry);
  return bytes;
}

/** The longest prefix within `bytesMax`, at least one entry. */
export function limitBytes(entries: readonly Entry[], bytesMax: number): readonly Entry[] {
  let bytes = 0;
  let count = 0;
  for (const entry of entries) {
    bytes += entryBytes(entry);
    if (bytes > bytesMax && count > 0) return entries.slice(0, count);
    count += 1;
  }
  return entries;
}
