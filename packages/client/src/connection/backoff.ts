import { doubledMs, jitteredMs } from '@fleetlm/protocol/plain';

export const BACKOFF_MIN_MS = 200;
export const BACKOFF_MAX_MS = 5_000;
/** Spread of the first tries on other nodes, so that a dead node's clients do not arrive in one instant. */
export const FAST_RETRY_SPREAD_MS = 80;

/**
 * How long to wait before the next dial, in milliseconds.
 *
 * The first tries after a loss go to the other nodes almost at once (one each); after that the upper bound
 * doubles from 0.2 s to 5 s and the wait is drawn evenly between a half and the whole of it, so that many
 * clients do not come back in step.
 *
 * @param attempt dials that failed since the connection was last open; 0 right after a loss.
 * @param nodes how many nodes there are to try.
 * @param random a number in [0, 1).
 */
export function backoffMs(attempt: number, nodes: number, random: number): number {
  const fastTries = Math.max(1, nodes - 1);
  if (attempt < fastTries) return random * FAST_RETRY_SPREAD_MS;
  return jitteredMs(doubledMs(attempt - fastTries + 1, BACKOFF_MIN_MS, BACKOFF_MAX_MS), random);
}
