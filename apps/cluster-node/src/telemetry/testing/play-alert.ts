import { createMetrics, type Metrics, type ObservedName } from '../metrics.ts';
import { evaluate, type Sample, type Series, type SeriesLabels } from './promql.ts';

/** How often Prometheus scrapes and evaluates: deploy/observability/prometheus.yaml. */
const STEP_S = 15;
const HOUR_S = 3_600;

export interface PlayedAlert {
  readonly expr: string;
  readonly forSeconds: number;
}

/** A node in the course of a fault: its own registry, and what its other parts are to report. */
export interface PlayedNode {
  readonly metrics: Metrics;
  /** What is read of other parts; a name that is not set is not reported. */
  readonly observed: Map<ObservedName, number>;
  /** Whether a scrape is answered. */
  isUp: boolean;
}

/** What happens to the nodes in one step; `minute` counts from the beginning. */
export type Course = (nodes: readonly PlayedNode[], minute: number) => void;

/** An hour of three nodes, scraped as Prometheus does. The metrics are those of the real registry, so that labels are right. */
export async function playHour(course: Course): Promise<readonly Series[]> {
  const recorded = new Map<string, { readonly labels: SeriesLabels; readonly samples: Sample[] }>();
  const record = (labels: SeriesLabels, sample: Sample): void => {
    const key = JSON.stringify(labels);
    const series = recorded.get(key) ?? { labels, samples: [] };
    series.samples.push(sample);
    recorded.set(key, series);
  };
  const nodes = ['n1', 'n2', 'n3'].map((instance) => ({ instance, ...createNode() }));
  for (let at = 0; at <= HOUR_S; at += STEP_S) {
    course(nodes, at / 60);
    for (const { instance, metrics, isUp } of nodes) {
      const target = { instance, job: 'fleetlm' };
      record({ __name__: 'up', ...target }, { at, value: isUp ? 1 : 0 });
      if (!isUp) continue;
      for (const { labels, value } of samplesOf(await metrics.text()))
        record({ ...labels, ...target }, { at, value });
    }
  }
  return [...recorded.values()];
}

function createNode(): PlayedNode {
  const metrics = createMetrics();
  const observed = new Map<ObservedName, number>();
  for (const name of REPORTED) metrics.observe(name, name, () => observed.get(name) ?? null);
  return { metrics, observed, isUp: true };
}

/** What the alerts read of other parts of a node. */
const REPORTED: readonly ObservedName[] = [
  'fleetlm_ready',
  'fleetlm_groups_without_leader',
  'fleetlm_database_up',
  'fleetlm_flush_backlog_messages',
  'fleetlm_wal_sync_p99_seconds',
  'fleetlm_event_loop_delay_p99_seconds',
  'fleetlm_raft_elections_total',
  'fleetlm_dispatch_breakers_open',
];

const SAMPLE = /^(\w+)(?:\{([^}]*)\})? (\S+)$/;
const LABEL = /(\w+)="([^"]*)"/g;

/** The lines of Prometheus's text format. */
export function samplesOf(
  text: string,
): readonly { readonly labels: SeriesLabels; readonly value: number }[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = Array.from(labels.matchAll(LABEL), ([, label = '', text = '']) => [label, text]);
    return [{ labels: { __name__: name, ...Object.fromEntries(pairs) }, value: Number(value) }];
  });
}

/** The minute at which the alert fires, once it has held for its time without a break. Null: it does not within the hour. */
export function firesAt(
  { expr, forSeconds }: PlayedAlert,
  series: readonly Series[],
): number | null {
  const since = new Map<string, number>();
  for (let at = 0; at <= HOUR_S; at += STEP_S) {
    const held = new Set(evaluate(expr, series, at).map(({ labels }) => JSON.stringify(labels)));
    for (const key of since.keys()) if (!held.has(key)) since.delete(key);
    for (const key of held) {
      const begun = since.get(key) ?? at;
      since.set(key, begun);
      if (at - begun >= forSeconds) return at / 60;
    }
  }
  return null;
}
