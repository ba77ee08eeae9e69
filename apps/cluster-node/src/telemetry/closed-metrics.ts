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

/** A counter whose labels are closed sets. The children are kept, so that counting costs one look-up. */
export function closedCounter<L extends Labels>(
  registry: Registry,
  description: Description,
  labelNames: readonly (keyof L & string)[],
): ClosedCounter<L> {
  const counter = new Counter({
    ...description,
    labelNames: [...labelNames],
    registers: [registry],
  });
  const children = new Map<string, { inc(by?: number): void }>();
  return {
    inc: (labels, by = 1) => {
      let key = '';
      for (const name of labelNames) key += `${labels[name]}|`;
      let child = children.get(key);
      if (child === undefined) {
        child = counter.labels({ ...labels });
        children.set(key, child);
      }
      child.inc(by);
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
