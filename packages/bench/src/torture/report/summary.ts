import { faultGaps } from '../checker/gaps.ts';
import type { FaultWindow, RunRecord } from '../checker/run-record.ts';
import type { Verdict } from '../checker/verdict.ts';
import type { DiskShim } from '../disk/build-shim.ts';
import { FAULT_KINDS } from '../faults/definitions.ts';
import type { TortureOptions } from '../options.ts';

export interface SummaryInput {
  readonly options: TortureOptions;
  readonly record: RunRecord;
  readonly verdicts: readonly Verdict[];
  readonly invalid: readonly string[];
  readonly shim: DiskShim;
  readonly loadStartMs: number;
  readonly loadSeconds: number;
  readonly attempts: number;
  readonly refusals: readonly (readonly [string, number])[];
  readonly skipped: number;
  readonly rigStallMs: number;
}

/** One second of the run. Latencies are those of the sends that were acknowledged in it; milliseconds. */
export interface Second {
  readonly acks: number;
  readonly p50Ms: number;
  readonly maxMs: number;
}

/** A fault on the timeline; seconds since the load began. */
export interface TimedFault extends FaultWindow {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** The longest time for which a session that wanted something was not acknowledged. */
  readonly longestMs: number;
  /** The same for anybody at all. */
  readonly clusterMs: number;
}

/** How long faults of one kind kept people waiting. Milliseconds. */
export interface KindFigures {
  readonly kind: string;
  readonly count: number;
  readonly sessionP50Ms: number;
  readonly sessionMaxMs: number;
  readonly clusterP50Ms: number;
  readonly clusterMaxMs: number;
}

export interface TortureSummary {
  readonly outcome: 'held' | 'violated' | 'invalid';
  /** 0 held, 1 violated, 2 invalid. */
  readonly exitCode: 0 | 1 | 2;
  readonly seed: number;
  readonly replay: string;
  readonly invalid: readonly string[];
  readonly verdicts: readonly Verdict[];
  readonly seconds: readonly Second[];
  readonly faults: readonly TimedFault[];
  readonly kinds: readonly KindFigures[];
  readonly figures: Readonly<Record<string, number | string>>;
  /** What was left out, loudly. */
  readonly leftOut: readonly string[];
}

/** What a report shows, from what a run left. */
export function summarise(input: SummaryInput): TortureSummary {
  const { record, verdicts, invalid, options, loadStartMs } = input;
  const violations = verdicts.reduce((sum, verdict) => sum + verdict.violations, 0);
  const outcome = violations > 0 ? 'violated' : invalid.length > 0 ? 'invalid' : 'held';
  const faults = faultGaps(record.sessionIds.length, record.appends, record.faults).map(
    ({ fault, longestMs, clusterMs }): TimedFault => ({
      ...fault,
      fromSeconds: (fault.startMs - loadStartMs) / 1000,
      toSeconds: (fault.healedMs - loadStartMs) / 1000,
      longestMs,
      clusterMs,
    }),
  );
  return {
    outcome,
    exitCode: outcome === 'violated' ? 1 : outcome === 'invalid' ? 2 : 0,
    seed: options.seed,
    replay: replayCommand(options),
    invalid,
    verdicts,
    seconds: secondsOf(record, loadStartMs, input.loadSeconds),
    faults,
    kinds: kindsOf(faults),
    figures: figuresOf(input, violations),
    leftOut: input.shim.available
      ? []
      : [`slow and failing syncs and power failures: ${input.shim.why}`],
  };
}

function replayCommand(options: TortureOptions): string {
  const { minutes, seed, ratePerSecond, sessions, groups, kinds, isSmoke } = options;
  const isAll = kinds.length === FAULT_KINDS.length;
  const which = isSmoke
    ? ' --smoke'
    : ` --minutes ${minutes}${isAll ? '' : ` --only ${kinds.join()}`}`;
  return `npm run torture --${which} --seed ${seed} --rate ${ratePerSecond} --sessions ${sessions} --groups ${groups}`;
}

function secondsOf(record: RunRecord, startMs: number, seconds: number): readonly Second[] {
  const latencies = Array.from({ length: Math.ceil(seconds) }, (): number[] => []);
  for (const { callMs, returnMs, outcome } of record.appends)
    if (outcome === 'ok')
      latencies[Math.floor((returnMs - startMs) / 1000)]?.push(returnMs - callMs);
  return latencies.map((values) => {
    const sorted = values.sort((a, b) => a - b);
    return {
      acks: sorted.length,
      p50Ms: quantile(sorted, 0.5),
      maxMs: sorted.at(-1) ?? 0,
    };
  });
}

function kindsOf(faults: readonly TimedFault[]): readonly KindFigures[] {
  return [...Map.groupBy(faults, ({ kind }) => kind)]
    .map(([kind, of]): KindFigures => {
      const sessions = of.map(({ longestMs }) => longestMs).sort((a, b) => a - b);
      const cluster = of.map(({ clusterMs }) => clusterMs).sort((a, b) => a - b);
      return {
        kind,
        count: of.length,
        sessionP50Ms: quantile(sessions, 0.5),
        sessionMaxMs: sessions.at(-1) ?? 0,
        clusterP50Ms: quantile(cluster, 0.5),
        clusterMaxMs: cluster.at(-1) ?? 0,
      };
    })
    .sort((a, b) => (a.kind < b.kind ? -1 : 1));
}

function figuresOf(input: SummaryInput, violations: number): TortureSummary['figures'] {
  const { record } = input;
  const appends = [...record.appends];
  const acked = appends
    .filter(({ outcome }) => outcome === 'ok')
    .map(({ callMs, returnMs }) => returnMs - callMs)
    .sort((a, b) => a - b);
  return {
    violations,
    faults: record.faults.length,
    'faults that another one masked': record.faults.filter(({ effective }) => !effective).length,
    'seconds of load': Math.round(input.loadSeconds),
    'appends acknowledged': acked.length,
    'appends refused': appends.filter(({ outcome }) => outcome === 'refused').length,
    'appends unknown': appends.filter(({ outcome }) => outcome === 'unknown').length,
    'attempts to append': input.attempts,
    'turns skipped, 8 on their way': input.skipped,
    reads: [...record.reads].length,
    'cursors moved': [...record.cursors].length,
    'messages delivered live or by join': record.streams.reduce(
      (sum, { digests }) => sum + digests.length,
      0,
    ),
    'agent calls': record.deliveries.length,
    'ack p50, ms': quantile(acked, 0.5),
    'ack p99, ms': quantile(acked, 0.99),
    'ack max, ms': Math.round(acked.at(-1) ?? 0),
    "the rig's own longest stall, ms": Math.round(input.rigStallMs),
    ...Object.fromEntries(
      input.refusals.map(([code, count]) => [`refused attempts: ${code}`, count]),
    ),
  };
}

/** By the nearest rank; whole milliseconds. */
export function quantile(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
}
