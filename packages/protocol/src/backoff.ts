/**
 * The delay before another try, in milliseconds: `minMs`, doubled `doublings` times, and never more than `maxMs`.
 *
 * @example doubledMs(3, 100, 2_000) // 800
 */
export function doubledMs(doublings: number, minMs: number, maxMs: number): number {
  return Math.min(maxMs, minMs * 2 ** Math.min(doublings, 32));
}

/**
 * Between a half and the whole of a delay, so that many who failed at once do not come back at once.
 *
 * @param random a number in [0, 1).
 */
export function jitteredMs(delayMs: number, random: number): number {
  return delayMs / 2 + random * (delayMs / 2);
}
