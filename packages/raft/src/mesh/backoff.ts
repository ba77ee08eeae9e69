/** Delay before the n-th attempt in a row (0: at once), doubled up to the limit and jittered by half. */
export function backoffMs(attempt: number, random: (boundExclusive: number) => number): number {
  if (attempt === 0) return 0;
  const full = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** (attempt - 1));
  return full / 2 + random(Math.ceil(full / 2) + 1);
}

export const BACKOFF_MS_MIN = 100;
export const BACKOFF_MS_MAX = 2000;
