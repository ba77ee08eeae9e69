import { useEffect, useState } from 'react';

/** Figures come once a second; older than the first they are late, older than the second they are worth little. */
const LATE_AFTER_MS = 3_000;
const STALE_AFTER_MS = 10_000;

export type Freshness =
  | { readonly kind: 'none' }
  | { readonly kind: 'live' | 'late' | 'stale'; readonly ageMs: number };

/** How old the last report is, looked at once a second. */
export function useFreshness(receivedAtMs: number | null): Freshness {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  if (receivedAtMs === null) return { kind: 'none' };
  const ageMs = Math.max(0, nowMs - receivedAtMs);
  if (ageMs > STALE_AFTER_MS) return { kind: 'stale', ageMs };
  return { kind: ageMs > LATE_AFTER_MS ? 'late' : 'live', ageMs };
}
