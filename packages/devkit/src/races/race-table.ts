import type { RaceSuite } from './race-options.ts';

/** How one run of a suite ended. */
export interface RaceRun {
  readonly environment: string;
  readonly suite: RaceSuite;
  readonly seconds: number;
  /** Null: it could not be run here, for this reason. */
  readonly failures: readonly string[] | null;
  readonly note: string | null;
}

/** One row for each environment and suite, then each failure with how often it was seen. */
export function raceTable(runs: readonly RaceRun[]): string {
  const rows = new Map<string, RaceRun[]>();
  for (const run of runs) {
    const key = `| ${run.environment} | ${run.suite} |`;
    rows.set(key, [...(rows.get(key) ?? []), run]);
  }
  const lines = [
    '| environment | suite | runs | runs that failed | seconds each |',
    '| --- | --- | --- | --- | --- |',
  ];
  for (const [key, ofRow] of rows) {
    const made = ofRow.filter(({ failures }) => failures !== null);
    const failed = made.filter(({ failures }) => failures !== null && failures.length > 0).length;
    const seconds = made.reduce((sum, run) => sum + run.seconds, 0) / Math.max(1, made.length);
    lines.push(
      `${key} ${made.length} | ${failed} | ${made.length === 0 ? '-' : seconds.toFixed(0)} |`,
    );
  }
  const counts = new Map<string, number>();
  for (const { environment, failures, note } of runs) {
    for (const failure of failures ?? []) {
      const line = `${failure} (${environment}${note === null ? '' : `, ${note}`})`;
      counts.set(line, (counts.get(line) ?? 0) + 1);
    }
    if (failures === null) lines.push(`Not run ${environment}: ${note ?? 'unknown'}`);
  }
  for (const [failure, count] of counts) lines.push(`${count} x ${failure}`);
  return `${lines.join('\n')}\n`;
}

export function hasFailed(runs: readonly RaceRun[]): boolean {
  return runs.some(({ failures }) => failures !== null && failures.length > 0);
}
