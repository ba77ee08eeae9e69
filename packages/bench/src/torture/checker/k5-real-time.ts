import type { CursorOperation } from '../history/operations.ts';
import { finalLogs, placesOf } from './final-log.ts';
import type { RunRecord } from './run-record.ts';
import { Findings, type Verdict } from './verdict.ts';

/** An operation with its place in the one order that the log gives. */
export interface Versioned {
  readonly callMs: number;
  /** Infinity: it never returned. */
  readonly returnMs: number;
  readonly version: number;
  readonly what: string;
}

/**
 * Real-time order, exact in O(n log n). An append at seq s has version 2s, a read that saw head h has 2h+1; the
 * history is linearizable with the final log if and only if no operation began after one of a higher
 * version had returned (the case with known write order of Gibbons and Korach, Testing Shared Memories,
 * SIAM J. Comput. 26(4), 1997).
 */
export function checkRealTime(run: RunRecord): Verdict {
  const findings = new Findings('K5');
  const logs = finalLogs(run);
  const places = placesOf(logs);
  const bySession = run.sessionIds.map((): Versioned[] => []);
  let number = 0;
  for (const { session, callMs, returnMs, outcome, seq } of run.appends) {
    const place = outcome === 'ok' ? seq : places.get(number);
    if (place !== undefined && outcome !== 'refused')
      bySession[session]?.push({
        callMs,
        returnMs: outcome === 'ok' ? returnMs : Number.POSITIVE_INFINITY,
        version: 2 * place,
        what: `append ${number} at seq ${place}`,
      });
    number += 1;
  }
  for (const { session, callMs, returnMs, headSeq } of run.reads)
    bySession[session]?.push({
      callMs,
      returnMs,
      version: 2 * headSeq + 1,
      what: `a read that saw ${headSeq}`,
    });
  for (const [session, operations] of bySession.entries()) {
    findings.looked(operations.length);
    const late = firstStale(operations);
    if (late !== null)
      findings.violation(
        `${run.sessionIds[session]}: ${late.stale.what} began ${round(late.stale.callMs - late.before.returnMs)} ms ` +
          `after ${late.before.what} had returned`,
      );
  }
  const cursors = checkCursors(run, findings);
  return findings.verdict({ operations: bySession.flat().length, cursors });
}

/** The first operation that began after one of a higher version had returned; null: there is none. */
export function firstStale(
  operations: readonly Versioned[],
): { readonly stale: Versioned; readonly before: Versioned } | null {
  const byCall = [...operations].sort((a, b) => a.callMs - b.callMs);
  const byReturn = operations
    .filter(({ returnMs }) => Number.isFinite(returnMs))
    .sort((a, b) => a.returnMs - b.returnMs);
  let returned = 0;
  let highest: Versioned | null = null;
  for (const operation of byCall) {
    for (let next = byReturn[returned]; next !== undefined; next = byReturn[returned]) {
      // Of the same millisecond they count as concurrent.
      if (next.returnMs >= operation.callMs) break;
      if (highest === null || next.version > highest.version) highest = next;
      returned += 1;
    }
    if (highest !== null && operation.version < highest.version)
      return { stale: operation, before: highest };
  }
  return null;
}

/** A cursor is a register that only grows. */
function checkCursors(run: RunRecord, findings: Findings): number {
  const bySession = run.sessionIds.map((): CursorOperation[] => []);
  let count = 0;
  for (const cursor of run.cursors) {
    count += 1;
    bySession[cursor.session]?.push(cursor);
  }
  for (const [session, cursors] of bySession.entries()) {
    const name = run.sessionIds[session] ?? String(session);
    const answered = cursors.filter(({ outcome }) => outcome === 'ok');
    findings.looked(answered.length);
    const stale = firstStale(
      answered.map(({ callMs, returnMs, returned }) => ({
        callMs,
        returnMs,
        version: returned,
        what: `the cursor at ${returned}`,
      })),
    );
    if (stale !== null)
      findings.violation(`${name}: ${stale.stale.what} after ${stale.before.what}`);
    for (const { requested, returned } of answered)
      if (returned < requested)
        findings.violation(`${name}: the cursor was set to ${requested} and stood at ${returned}`);
    checkAskedFor(name, cursors, findings);
    const last = Math.max(0, ...answered.map(({ returned }) => returned));
    const final = run.nodeLogs[0]?.sessions[session]?.lastReadSeq ?? 0;
    if (final < last)
      findings.violation(`${name}: the cursor was at ${last} and ended at ${final}`);
  }
  return count;
}

/** No client may read a position that no client had asked for by then. */
function checkAskedFor(
  name: string,
  cursors: readonly CursorOperation[],
  findings: Findings,
): void {
  const byCall = cursors
    .filter(({ outcome }) => outcome !== 'refused')
    .sort((a, b) => a.callMs - b.callMs);
  const byReturn = cursors
    .filter(({ outcome }) => outcome === 'ok')
    .sort((a, b) => a.returnMs - b.returnMs);
  let called = 0;
  let highest = 0;
  for (const { returnMs, returned } of byReturn) {
    for (let next = byCall[called]; next !== undefined; next = byCall[called]) {
      if (next.callMs > returnMs) break;
      highest = Math.max(highest, next.requested);
      called += 1;
    }
    if (returned > highest)
      findings.violation(`${name}: the cursor stood at ${returned}; no client had asked for that`);
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
