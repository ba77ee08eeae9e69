/** What a node measures of itself in each step, in the units of the names. */
export const METRIC_NAMES = [
  'loop_delay_ms',
  'loop_utilization',
  'wal_sync_p99_ms',
  'entries_appended_per_s',
  'entries_applied_per_s',
  'elections',
  'flush_backlog',
  'flush_rows_per_s',
  'dispatch_queued',
  'dispatch_running',
  'dispatch_failures',
  'rss_bytes',
  'heap_used_bytes',
] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

/** One value for each metric. */
export function byMetric<T>(make: (name: MetricName) => T): Record<MetricName, T> {
  return {
    loop_delay_ms: make('loop_delay_ms'),
    loop_utilization: make('loop_utilization'),
    wal_sync_p99_ms: make('wal_sync_p99_ms'),
    entries_appended_per_s: make('entries_appended_per_s'),
    entries_applied_per_s: make('entries_applied_per_s'),
    elections: make('elections'),
    flush_backlog: make('flush_backlog'),
    flush_rows_per_s: make('flush_rows_per_s'),
    dispatch_queued: make('dispatch_queued'),
    dispatch_running: make('dispatch_running'),
    dispatch_failures: make('dispatch_failures'),
    rss_bytes: make('rss_bytes'),
    heap_used_bytes: make('heap_used_bytes'),
  };
}
