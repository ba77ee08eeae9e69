import type { Router } from './router.ts';

const POLL_EVERY_MS = 10;

/** Waits until no operation is in flight any more, for `limitMs` at most. */
export async function callsAnswered(
  router: Pick<Router, 'inFlight'>,
  limitMs: number,
): Promise<void> {
  const until = performance.now() + limitMs;
  while (router.inFlight > 0 && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
}
