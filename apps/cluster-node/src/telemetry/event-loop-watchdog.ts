import type { LongestTurn, LoopComponent } from '@fleetlm/protocol';
import { takeLongestTurn } from './component-turns.ts';
import { RecentTurns } from './recent-turns.ts';

/** A beat wakes the process up: rarely enough to cost nothing, often enough to distinguish one block from the next. */
const BEAT_MS = 50;
/** A turn of the event loop that takes longer is logged and counted. */
export const LOOP_BLOCK_MS = 200;
const MICROSECONDS_PER_MS = 1_000;

export interface EventLoopWatchdog {
  /** The worst delay since this was asked last, in milliseconds; null: there was no beat yet. For one asker. */
  takeWorstMs(): number | null;
  /** Of the last minute; null: there was no beat yet. */
  longestTurn(): LongestTurn | null;
  /** Turns longer than LOOP_BLOCK_MS so far. */
  readonly blocks: number;
  stop(): void;
}

/**
 * Notices every turn of the event loop that is longer than LOOP_BLOCK_MS, by a beat that comes late: the histogram of
 * `perf_hooks` forgets a block that ends in the turn in which it is reset.
 */
export function watchEventLoop(onBlock: (block: LongestTurn) => void): EventLoopWatchdog {
  let lastBeatMs = performance.now();
  let lastCpu = process.threadCpuUsage();
  let worstMs: number | null = null;
  let blocks = 0;
  const recent = new RecentTurns();
  const beat = (): void => {
    const nowMs = performance.now();
    const ms = Math.max(0, nowMs - lastBeatMs - BEAT_MS);
    const cpu = process.threadCpuUsage(lastCpu);
    const longest = takeLongestTurn();
    lastBeatMs = nowMs;
    lastCpu = process.threadCpuUsage();
    worstMs = Math.max(worstMs ?? 0, ms);
    const cpuMs = (cpu.user + cpu.system) / MICROSECONDS_PER_MS;
    // A late beat is the whole turn; a marked stretch may be all that there was of one.
    const turn = ms > longest.ms ? { component: blockedBy(ms, cpuMs, longest), ms } : longest;
    recent.add(nowMs, turn);
    if (ms <= LOOP_BLOCK_MS) return;
    blocks += 1;
    onBlock({ component: blockedBy(ms, cpuMs, longest), ms });
  };
  const timer = setInterval(beat, BEAT_MS);
  timer.unref();
  return {
    takeWorstMs: () => {
      // A caller at the end of a block may come before the beat.
      const lateMs = performance.now() - lastBeatMs - BEAT_MS;
      const worst = worstMs === null ? null : Math.max(worstMs, lateMs);
      worstMs = worst === null ? null : 0;
      return worst;
    },
    longestTurn: () => recent.longest(performance.now()),
    get blocks() {
      return blocks;
    },
    stop: () => clearInterval(timer),
  };
}

/** Most of a block is one component's doing, or not marked; with little CPU time it was none of ours. */
export function blockedBy(ms: number, cpuMs: number, longest: LongestTurn): LoopComponent {
  if (cpuMs < ms / 2) return 'starved';
  return longest.ms >= Math.min(ms, cpuMs) / 2 ? longest.component : 'other';
}
