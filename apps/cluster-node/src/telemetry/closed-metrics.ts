import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The values that each label of a metric may take, written out: a value outside is a type error. */
type Labels = Readonly<Record<string, string>>;

export interface ClosedCounter<L extends Labels> {
  inc(labels: L, by?: number): void;
}

interface Description {
  readonly name: string;
  readonly help: string;
}

/** A counter whose labels are closed sets. It is a number here until the metrics are asked for: a message counts several. */
export function closedCounter<L extends Labels>(
  registry: Registry,
  description: Description,
  labelNames: readonly (keyof L & string)[],
): ClosedCounter<L> {
  const counts = new Map<string, { readonly labels: L; count: number }>();
  new Counter({
    ...description,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, count } of counts.values()) this.inc(labels, count);
    },
  });
  return {
    inc: (labels, by = 1) => {
      let key = '';
      for (const name of labelNames) key += `${labels[name]}|`;
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { labels: { ...labels }, count: by });
      else known.count += by;
    },
  };
}

export interface DurationHistogram {
  observe(seconds: number): void;
}

export function durationHistogram(registry: Registry, description: Description): DurationHistogram {
  const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
  return new Histogram({ ...description, buckets, registers: [registry] });
}

/** A gauge that is read when the metrics are asked for; null: no value at the moment. */
export function observedGauge(
  registry: Registry,
  description: Description,
  read: () => number | null,
): void {
  new Gauge({
    ...description,
    registers: [registry],
    collect() {
      const value = read();
      // `reset` would set it to 0, which is a value like any other.
      if (value === null) this.remove();
      else this.set(value);
    },
  });
}
