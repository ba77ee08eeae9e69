import type { AppendOperation } from '../history/operations.ts';
import type { FaultWindow } from './run-record.ts';

/** One session around one fault. Milliseconds. */
export interface SessionGap {
  /** The longest time within which it wanted something and had no acknowledgement. */
  readonly longestMs: number;
  /** From the end of the fault, and of those that overlap it, to the next acknowledgement; null: it had nothing to send by then. */
  readonly recoveredMs: number | null;
}

export interface FaultGap {
  readonly fault: FaultWindow;
  readonly sessions: readonly SessionGap[];
  /** The worst of its sessions. */
  readonly longestMs: number;
  /** The longest time without an acknowledgement of anybody. */
  readonly clusterMs: number;
}

/** What follows a fault still counts as its doing for so long. */
const AFTERMATH_MS = 3_000;

/** Acknowledgements of one session, in the order in which they came. */
interface Acks {
  readonly returnMs: readonly number[];
  /** When the oldest send was made that was still unanswered just before that acknowledgement. */
  readonly wantedMs: readonly number[];
  /** Sends that were never answered. */
  readonly unanswered: readonly number[];
}

interface Send {
  readonly callMs: number;
  readonly returnMs: number;
}

/** Times without an acknowledgement around each fault. */
export function faultGaps(
  sessions: number,
  appends: Iterable<AppendOperation>,
  faults: readonly FaultWindow[],
): readonly FaultGap[] {
  const bySession = Array.from({ length: sessions }, (): Send[] => []);
  const all: Send[] = [];
  for (const { session, callMs, returnMs, outcome } of appends) {
    if (outcome === 'refused') continue;
    const send = { callMs, returnMs: outcome === 'ok' ? returnMs : Number.POSITIVE_INFINITY };
    bySession[session]?.push(send);
    all.push(send);
  }
  const acks = bySession.map(acksOf);
  const allAcks = acksOf(all);
  return faults.map((fault) => {
    const gaps = acks.map(
      (own): SessionGap => ({
        longestMs: longestGap(own, fault),
        recoveredMs: recovery(own, calmMs(fault, faults)),
      }),
    );
    return {
      fault,
      sessions: gaps,
      longestMs: Math.max(0, ...gaps.map(({ longestMs }) => longestMs)),
      clusterMs: longestGap(allAcks, fault),
    };
  });
}

/** When neither this fault nor one that overlaps it goes on. */
function calmMs(fault: FaultWindow, faults: readonly FaultWindow[]): number {
  let calm = fault.healedMs;
  for (const { startMs, healedMs } of [...faults].sort((a, b) => a.startMs - b.startMs))
    if (startMs <= calm && healedMs > calm) calm = healedMs;
  return calm;
}

function acksOf(sends: readonly Send[]): Acks {
  const answered = sends
    .filter(({ returnMs }) => Number.isFinite(returnMs))
    .sort((a, b) => a.returnMs - b.returnMs);
  const wantedMs: number[] = [];
  let oldest = Number.POSITIVE_INFINITY;
  for (const { callMs } of answered.toReversed()) {
    oldest = Math.min(oldest, callMs);
    wantedMs.push(oldest);
  }
  return {
    returnMs: answered.map(({ returnMs }) => returnMs),
    wantedMs: wantedMs.reverse(),
    unanswered: sends.flatMap(({ callMs, returnMs }) =>
      Number.isFinite(returnMs) ? [] : [callMs],
    ),
  };
}

/** Silence of a session that has nothing to say is none: a gap begins when something is wanted. */
function longestGap(acks: Acks, { startMs, healedMs }: FaultWindow): number {
  let longest = 0;
  for (const [at, returnMs] of acks.returnMs.entries()) {
    const previous = acks.returnMs[at - 1] ?? Number.NEGATIVE_INFINITY;
    const sinceMs = Math.max(previous, acks.wantedMs[at] ?? returnMs);
    if (returnMs >= startMs && sinceMs <= healedMs + AFTERMATH_MS)
      longest = Math.max(longest, returnMs - sinceMs);
  }
  return longest;
}

/** Infinity: it sent after the end of the fault, and nothing was ever answered. Null: it sent nothing. */
function recovery(acks: Acks, healedMs: number): number | null {
  const next = acks.returnMs.findIndex((returnMs) => returnMs >= healedMs);
  const returnMs = acks.returnMs[next];
  if (returnMs === undefined)
    return acks.unanswered.some((callMs) => callMs >= healedMs) ? Number.POSITIVE_INFINITY : null;
  return returnMs - Math.max(healedMs, acks.wantedMs[next] ?? returnMs);
}
