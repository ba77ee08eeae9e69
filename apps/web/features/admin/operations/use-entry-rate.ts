import { useEffect, useState } from 'react';
import { entriesPerSecond, type IndexSample, withSample } from './entry-rate.ts';

/** Entries a second that a group has committed lately, since the page is open; null: not known yet. */
export function useEntryRate(group: number, commitIndex: number | null): number | null {
  const [samples, setSamples] = useState<readonly IndexSample[]>([]);
  useEffect(() => {
    if (commitIndex === null) setSamples([]);
    else setSamples((before) => withSample(before, { group, commitIndex, atMs: Date.now() }));
  }, [group, commitIndex]);
  return entriesPerSecond(samples, Date.now());
}
