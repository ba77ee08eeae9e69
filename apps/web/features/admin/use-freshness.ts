import { useEffect, useState } from 'react';

/** Figures come once a second; older than the first they are late, older than the second they are worth little. */
const LATE_AFTER_MS = 3_000;
const STALE_AFTER_MS = 10_000;

export type Freshness =
  | { readonly kind: 'none' | 'live' }
  | { readonly kind: 'late' | 'stale'; readonly ageMs: number };

/** How old the last report is, looked at once a second. While reports come it stays the same object. */
export function useFreshness(receivedAtMs: number | null): Freshness {
  const [freshness, setFreshness] = useState<Freshness>(() => freshnessOf(receivedAtMs));
  useEffect(() => {
    const look = (): void => {
      const now = freshnessOf(receivedAtMs);
      setFreshness((before) => (before.kind === now.kind && !('ageMs' in now) ? before : now));
    };
    look();
    const timer = setInterval(look, 1_000);
    return () => clearInterval(timer);
  }, [receivedAtMs]);
  return freshness;
}

function freshnessOf(receivedAtMs: number | null): Freshness {
  if (receivedAtMs === null) return { kind: 'none' };
  const ageMs = Math.max(0, Date.now() - receivedAtMs);
  if (ageMs > STALE_AFTER_MS) return { kind: 'stale', ageMs };
  return ageMs > LATE_AFTER_MS ? { kind: 'late', ageMs } : { kind: 'live' };
}
