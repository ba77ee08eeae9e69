import type { DeliveryAttempt } from './delivery-attempt.ts';
import { DurationHistogram, type HistogramCounts } from './duration-histogram.ts';

/** Agents whose figures a node keeps; with more, those that were called longest ago start anew. */
export const STATS_AGENTS_MAX = 512;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const STATS_WINDOWS = ['last_15_min', 'last_24_h'] as const;
export type StatsWindow = (typeof STATS_WINDOWS)[number];

/** A window is made of slots of equal length, of which the current one is not over yet. */
const SLOTS: Readonly<Record<StatsWindow, { readonly lengthMs: number; readonly count: number }>> =
  {
    last_15_min: { lengthMs: MINUTE_MS, count: 15 },
    last_24_h: { lengthMs: HOUR_MS, count: 24 },
  };

/** What happened in a window. Turns are counted when their end is committed, attempts when they fail. Additive. */
export interface WindowStats {
  readonly delivered: number;
  readonly brokenOff: number;
  readonly failed: number;
  readonly failedAttempts: number;
  readonly firstToken: HistogramCounts;
  readonly total: HistogramCounts;
}

export interface AgentCounts {
  /** Unix milliseconds: nothing from before is counted. */
  readonly sinceMs: number;
  readonly windows: Readonly<Record<StatsWindow, WindowStats>>;
}

class Slot {
  readonly number: number;
  delivered = 0;
  brokenOff = 0;
  failed = 0;
  failedAttempts = 0;
  readonly firstToken = new DurationHistogram();
  readonly total = new DurationHistogram();

  constructor(number: number) {
    this.number = number;
  }

  ended({ state }: DeliveryAttempt): void {
    if (state === 'delivered') this.delivered += 1;
    else if (state === 'broken_off') this.brokenOff += 1;
    else if (state === 'failed') this.failed += 1;
  }

  attempted({ state, errorCode, firstTokenMs, totalMs, url }: DeliveryAttempt): void {
    if (errorCode !== null) this.failedAttempts += 1;
    if (firstTokenMs !== null) this.firstToken.add(firstTokenMs);
    // How long a call took that was not made, or that was ended from here, says nothing of the agent.
    if (url !== null && state !== 'stopped') this.total.add(totalMs);
  }
}

interface Tracked {
  readonly sinceMs: number;
  /** Oldest first. */
  readonly slots: Readonly<Record<StatsWindow, Slot[]>>;
}

/** Counts what becomes of calls to agents on this node, in memory. Clocks are the caller's. */
export class AttemptStats {
  readonly #startedAtMs: number;
  readonly #agentsMax: number;
  /** Those that were called longest ago first. */
  readonly #agents = new Map<string, Tracked>();
  #forgotAny = false;

  constructor(startedAtMs: number, agentsMax: number = STATS_AGENTS_MAX) {
    this.#startedAtMs = startedAtMs;
    this.#agentsMax = agentsMax;
  }

  /** An attempt is over, on this node; whether its turn is over is not decided yet. */
  attempted(attempt: DeliveryAttempt, nowMs: number): void {
    for (const slot of this.#slotsOf(attempt.agentId, nowMs)) slot.attempted(attempt);
  }

  /** The turn ended as its last attempt says, by an entry that this node proposed. */
  ended(attempt: DeliveryAttempt, nowMs: number): void {
    for (const slot of this.#slotsOf(attempt.agentId, nowMs)) slot.ended(attempt);
  }

  /** The current slot of each window. */
  #slotsOf(agentId: string, nowMs: number): readonly Slot[] {
    const tracked = this.#tracked(agentId, nowMs);
    return STATS_WINDOWS.map((window) => {
      const { lengthMs, count } = SLOTS[window];
      const slots = tracked.slots[window];
      const number = Math.floor(nowMs / lengthMs);
      let slot = slots.at(-1);
      if (slot === undefined || slot.number < number) {
        slot = new Slot(number);
        slots.push(slot);
        if (slots.length > count) slots.shift();
      }
      return slot;
    });
  }

  of(agentId: string, nowMs: number): AgentCounts {
    const tracked = this.#agents.get(agentId);
    return {
      // An agent that is not tracked was not called since the start, if none had to be dropped.
      sinceMs: tracked?.sinceMs ?? (this.#forgotAny ? nowMs : this.#startedAtMs),
      windows: {
        last_15_min: countsOf(tracked, 'last_15_min', nowMs),
        last_24_h: countsOf(tracked, 'last_24_h', nowMs),
      },
    };
  }

  #tracked(agentId: string, nowMs: number): Tracked {
    const sinceMs = this.#forgotAny ? nowMs : this.#startedAtMs;
    const slots = { last_15_min: [], last_24_h: [] };
    const tracked = this.#agents.get(agentId) ?? { sinceMs, slots };
    this.#agents.delete(agentId);
    this.#agents.set(agentId, tracked);
    const oldest = this.#agents.keys().next();
    if (this.#agents.size > this.#agentsMax && oldest.done !== true) {
      this.#agents.delete(oldest.value);
      this.#forgotAny = true;
    }
    return tracked;
  }
}

function countsOf(tracked: Tracked | undefined, window: StatsWindow, nowMs: number): WindowStats {
  const { lengthMs, count } = SLOTS[window];
  const oldest = Math.floor(nowMs / lengthMs) - count;
  return sumOf((tracked?.slots[window] ?? []).filter(({ number }) => number > oldest).map(counted));
}

function counted({ firstToken, total, ...slot }: Slot): WindowStats {
  return { ...slot, firstToken: firstToken.counts, total: total.counts };
}

/** Of slots, or of nodes. */
export function sumOf(parts: readonly WindowStats[]): WindowStats {
  const count = (of: (part: WindowStats) => number): number =>
    parts.reduce((sum, part) => sum + of(part), 0);
  const merged = (of: (part: WindowStats) => HistogramCounts): HistogramCounts => {
    const histogram = new DurationHistogram();
    for (const part of parts) histogram.merge(of(part));
    return histogram.counts;
  };
  return {
    delivered: count(({ delivered }) => delivered),
    brokenOff: count(({ brokenOff }) => brokenOff),
    failed: count(({ failed }) => failed),
    failedAttempts: count(({ failedAttempts }) => failedAttempts),
    firstToken: merged(({ firstToken }) => firstToken),
    total: merged(({ total }) => total),
  };
}
