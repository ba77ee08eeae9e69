/** `warning`: it works, and something may surprise its owner. `skipped`: there was nothing to look at. */
export type Verdict = 'ok' | 'warning' | 'wrong' | 'skipped';

/** What one check came to. */
export interface Finding {
  /** Stable, for machines. */
  readonly check: string;
  readonly verdict: Verdict;
  /** What was seen. */
  readonly found: string;
  /** What to do about it; null when there is nothing to do. */
  readonly advice: string | null;
}

export function ok(check: string, found: string): Finding {
  return { check, verdict: 'ok', found, advice: null };
}

export function warning(check: string, found: string, advice: string): Finding {
  return { check, verdict: 'warning', found, advice };
}

export function wrong(check: string, found: string, advice: string): Finding {
  return { check, verdict: 'wrong', found, advice };
}

export function skipped(check: string, found: string): Finding {
  return { check, verdict: 'skipped', found, advice: null };
}
