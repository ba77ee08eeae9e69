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

/** Every value of each label. */
export type LabelValues<L extends Labels> = { readonly [K in keyof L & string]: readonly L[K][] };

/**
 * A counter whose labels are closed sets. All of its series are there from the start, at zero: one that appeared with its first
 * event would have no increase by which an alert could see it. A count is a number here until
 * the metrics are asked for: a message counts several.
 */
export function closedCounter<L extends Labels>(
  registry: Registry,
  description: Description,
  values: LabelValues<L>,
): ClosedCounter<L> {
  const labelNames = Object.keys(values);
  const keyOf = (labels: Labels): string => {
    let key = '';
    for (const name of labelNames) key += `${labels[name]}|`;
    return key;
  };
  const counts = new Map(
    combinations(Object.entries<readonly string[]>(values)).map((labels) => [
      keyOf(labels),
      { labels, count: 0 },
    ]),
  );
  new Counter({
    ...description,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, count } of counts.values()) this.inc(labels, count);
    },
  });
  return {
    inc: (labels, by = 1) => {
      const known = counts.get(keyOf(labels));
      if (known !== undefined) known.count += by;
    },
  };
}

function combinations(
  labels: readonly (readonly [name: string, values: readonly string[]])[],
): readonly Record<string, string>[] {
  return labels.reduce<readonly Record<string, string>[]>(
    (before, [name, values]) =>
      before.flatMap((chosen) => values.map((value) => ({ ...chosen, [name]: value }))),
    [{}],
  );
}

export interface DurationHistogram {
  observe(seconds: number): void;
}

export function durationHistogram(registry: Registry, description: Description): DurationHistogram {
  const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
  return new Histogram({ ...description, buckets, registers: [registry] });
}

/** A counter of another part, read when the metrics are asked for; null: no value at the moment. */
export function observedCounter(
  registry: Registry,
  description: Description,
  read: () => number | null,
): void {
  new Counter({
    ...description,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read() ?? 0);
    },
  });
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
