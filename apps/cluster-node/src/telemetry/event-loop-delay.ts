import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LongestTurn } from '@fleetlm/protocol';
import { type EventLoopWatchdog, watchEventLoop } from './event-loop-watchdog.ts';

const WINDOW_MS = 10_000;
const NANOSECONDS_PER_MS = 1e6;
/** Every look wakes the process up. What is measured holds the pause between two looks as well. */
const RESOLUTION_MS = 50;

/** How late the event loop is, over a window of ten seconds. */
export interface EventLoopDelay
  extends Pick<EventLoopWatchdog, 'takeWorstMs' | 'longestTurn' | 'blocks'> {
  /** Milliseconds; of the last full window, or of the current one while there is no other. */
  p99Ms(): number;
  maxMs(): number;
  stop(): void;
}

/** `onBlock` is called for every turn that took too long. */
export function watchEventLoopDelay(onBlock: (block: LongestTurn) => void): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const watchdog = watchEventLoop(onBlock);
  histogram.enable();
  let last: { readonly p99Ms: number; readonly maxMs: number } | null = null;
  const read = (): { readonly p99Ms: number; readonly maxMs: number } => ({
    p99Ms: delayMs(histogram.percentile(99)),
    maxMs: delayMs(histogram.max),
  });
  const timer = setInterval(() => {
    last = read();
    histogram.reset();
  }, WINDOW_MS);
  timer.unref();
  return {
    p99Ms: () => (last ?? read()).p99Ms,
    maxMs: () => (last ?? read()).maxMs,
    takeWorstMs: watchdog.takeWorstMs,
    longestTurn: watchdog.longestTurn,
    get blocks() {
      return watchdog.blocks;
    },
    stop: () => {
      clearInterval(timer);
      watchdog.stop();
      histogram.disable();
    },
  };
}

function delayMs(elapsedNs: number): number {
  return Math.max(0, elapsedNs / NANOSECONDS_PER_MS - RESOLUTION_MS);
}
