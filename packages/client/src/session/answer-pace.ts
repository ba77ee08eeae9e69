/** An answer in progress is shown at most this often, whatever its agent's pace. Milliseconds. */
export const PAUSE_MS_MIN = 50;
/** On a slow device it still moves four times a second. */
const PAUSE_MS_MAX = 250;
/** What showing it takes is at most a part in so many of the time. */
const SHARE = 16;

/** How long to wait before an answer is shown again whose last showing took `tookMs`, so that a slow device keeps up with its user. */
export function pauseAfter(tookMs: number): number {
  return Math.min(PAUSE_MS_MAX, Math.max(PAUSE_MS_MIN, tookMs * SHARE));
}
