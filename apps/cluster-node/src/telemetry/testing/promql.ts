import { parser } from '@prometheus-io/lezer-promql';

/** One moment of one series. */
export interface Sample {
  /** In seconds. */
  readonly at: number;
  readonly value: number;
}

export type SeriesLabels = Readonly<Record<string, string>>;

/** A series as Prometheus keeps it; its name is the label `__name__`. */
export interface Series {
  readonly labels: SeriesLabels;
  readonly samples: readonly Sample[];
}

/** What an expression gives at a moment for one set of labels. */
export interface Element {
  readonly labels: SeriesLabels;
  readonly value: number;
}

type Value = number | readonly Element[];
type Tree = ReturnType<typeof parser.parse>;
type Node = Tree['topNode'];

/** As Prometheus: an older sample is none. */
const LOOKBACK_S = 300;
const NAME = '__name__';

/** An expression that is not PromQL, or that this evaluator does not know. */
export class PromqlError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PromqlError';
  }
}

/** Prometheus's own grammar. Throws a PromqlError. */
function parse(expression: string): Node {
  const tree = parser.parse(expression);
  tree.iterate({
    enter: ({ type, from }) => {
      if (type.isError) throw new PromqlError(`not PromQL at ${from}: ${expression}`);
    },
  });
  const [top] = tree.topNode.getChildren('Expr');
  if (top === undefined) throw new PromqlError(`empty: ${expression}`);
  return top;
}

/** The metrics that an expression names. Throws a PromqlError. */
export function metricsOf(expression: string): readonly string[] {
  const names: string[] = [];
  parse(expression)
    .cursor()
    .iterate(({ name, node }) => {
      const identifier = name === 'VectorSelector' ? node.getChild('Identifier') : null;
      if (identifier !== null) names.push(expression.slice(identifier.from, identifier.to));
    });
  return names;
}

/** What the expression gives at a moment, in seconds; of what the alerts use. Throws a PromqlError. */
export function evaluate(
  expression: string,
  series: readonly Series[],
  at: number,
): readonly Element[] {
  const value = new Evaluation(expression, series, at).value(parse(expression));
  return typeof value === 'number' ? [{ labels: {}, value }] : value;
}

class Evaluation {
  readonly #text: string;
  readonly #series: readonly Series[];
  readonly #at: number;

  constructor(text: string, series: readonly Series[], at: number) {
    this.#text = text;
    this.#series = series;
    this.#at = at;
  }

  value(node: Node): Value {
    switch (node.name) {
      case 'ParenExpr':
        return this.value(only(node));
      case 'NumberDurationLiteral':
        return Number(this.#of(node));
      case 'VectorSelector':
        return this.#instant(node);
      case 'FunctionCall':
        return this.#call(node);
      case 'AggregateExpr':
        return this.#aggregate(node);
      case 'BinaryExpr':
        return this.#binary(node);
      default:
        throw new PromqlError(`${node.name} is not evaluated: ${this.#of(node)}`);
    }
  }

  #of({ from, to }: Node): string {
    return this.#text.slice(from, to);
  }

  #vector(node: Node): readonly Element[] {
    const value = this.value(node);
    if (typeof value === 'number') throw new PromqlError(`not a vector: ${this.#of(node)}`);
    return value;
  }

  #selected(selector: Node): readonly Series[] {
    const identifier = selector.getChild('Identifier');
    const matchers = selector.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
    const tests = matchers.map((matcher) => this.#matcher(matcher));
    const name = identifier === null ? null : this.#of(identifier);
    return this.#series.filter(
      ({ labels }) =>
        (name === null || labels[NAME] === name) && tests.every((matches) => matches(labels)),
    );
  }

  #matcher(matcher: Node): (labels: SeriesLabels) => boolean {
    const part = (name: string): string => {
      const found = matcher.getChild(name);
      if (found === null) throw new PromqlError(`no ${name}: ${this.#of(matcher)}`);
      return this.#of(found);
    };
    const label = part('LabelName');
    const wanted = part('StringLiteral').slice(1, -1);
    const alternatives = wanted.split('|');
    switch (part('MatchOp')) {
      case '=':
        return (labels) => (labels[label] ?? '') === wanted;
      case '!=':
        return (labels) => (labels[label] ?? '') !== wanted;
      case '=~':
        // Of regular expressions the alerts have alternatives of plain words.
        if (!/^[\w|-]+$/.test(wanted)) throw new PromqlError(`not evaluated: =~"${wanted}"`);
        return (labels) => alternatives.includes(labels[label] ?? '');
      default:
        throw new PromqlError(`not evaluated: ${this.#of(matcher)}`);
    }
  }

  #instant(selector: Node): readonly Element[] {
    return this.#selected(selector).flatMap(({ labels, samples }) => {
      const newest = samples.findLast(({ at }) => at <= this.#at);
      return newest === undefined || newest.at <= this.#at - LOOKBACK_S
        ? []
        : [{ labels, value: newest.value }];
    });
  }

  #call(node: Node): readonly Element[] {
    const name = this.#of(child(node, 'FunctionIdentifier'));
    const range = only(child(node, 'FunctionCallBody'));
    if (
      !(name === 'rate' || name === 'increase' || name === 'delta') ||
      range.name !== 'MatrixSelector'
    )
      throw new PromqlError(`not evaluated: ${this.#of(node)}`);
    const seconds = secondsOf(this.#of(child(range, 'DurationExpr')));
    return this.#selected(only(range)).flatMap(({ labels, samples }) => {
      const within = samples.filter(({ at }) => at > this.#at - seconds && at <= this.#at);
      const change = extrapolated(within, this.#at - seconds, this.#at, name !== 'delta');
      if (change === null) return [];
      return [{ labels: unnamed(labels), value: name === 'rate' ? change / seconds : change }];
    });
  }

  #aggregate(node: Node): readonly Element[] {
    const name = this.#of(child(node, 'AggregateOp'));
    const modifier = node.getChild('AggregateModifier');
    if (modifier !== null && modifier.getChild('By') === null)
      throw new PromqlError(`not evaluated: ${this.#of(modifier)}`);
    const by =
      modifier
        ?.getChild('GroupingLabels')
        ?.getChildren('LabelName')
        .map((label) => this.#of(label)) ?? [];
    const combine = COMBINE[name];
    if (combine === undefined) throw new PromqlError(`not evaluated: ${name}`);
    const groups = new Map<string, { readonly labels: SeriesLabels; readonly values: number[] }>();
    for (const { labels, value } of this.#vector(only(child(node, 'FunctionCallBody')))) {
      const kept = Object.fromEntries(by.map((label) => [label, labels[label] ?? '']));
      const key = JSON.stringify(kept);
      const group = groups.get(key) ?? { labels: kept, values: [] };
      group.values.push(value);
      groups.set(key, group);
    }
    return [...groups.values()].map(({ labels, values }) => ({ labels, value: combine(values) }));
  }

  #binary(node: Node): Value {
    const [leftNode, rightNode] = node.getChildren('Expr');
    if (leftNode === undefined || rightNode === undefined) throw new PromqlError(this.#of(node));
    const between = this.#text.slice(leftNode.to, rightNode.from).trim();
    const left = this.value(leftNode);
    const right = this.value(rightNode);
    if (between === 'and' || between === 'or') return combined(between, left, right);
    const operate = OPERATORS[between];
    if (operate === undefined) throw new PromqlError(`not evaluated: ${between}`);
    if (typeof left === 'number') throw new PromqlError('a scalar on the left is not evaluated');
    return left.flatMap(({ labels, value }) => {
      const other = typeof right === 'number' ? right : matching(labels, right)?.value;
      const result = other === undefined ? null : operate(value, other);
      if (result === null) return [];
      return [{ labels: ARITHMETIC.includes(between) ? unnamed(labels) : labels, value: result }];
    });
  }
}

const ARITHMETIC: readonly string[] = ['/', '*', '+', '-'];
const filter = (test: (a: number, b: number) => boolean) => (a: number, b: number) =>
  test(a, b) ? a : null;
/** Null: filtered out. */
const OPERATORS: Readonly<Record<string, (a: number, b: number) => number | null>> = {
  '/': (a, b) => a / b,
  '*': (a, b) => a * b,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '>': filter((a, b) => a > b),
  '<': filter((a, b) => a < b),
  '>=': filter((a, b) => a >= b),
  '<=': filter((a, b) => a <= b),
  '==': filter((a, b) => a === b),
  '!=': filter((a, b) => a !== b),
};
const COMBINE: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
  count: (values) => values.length,
};

function combined(operator: 'and' | 'or', left: Value, right: Value): readonly Element[] {
  if (typeof left === 'number' || typeof right === 'number')
    throw new PromqlError(`${operator} takes vectors`);
  if (operator === 'and') return left.filter(({ labels }) => matching(labels, right) !== undefined);
  return [...left, ...right.filter(({ labels }) => matching(labels, left) === undefined)];
}

function unnamed({ [NAME]: _, ...labels }: SeriesLabels): SeriesLabels {
  return labels;
}

function keyOf(labels: SeriesLabels): string {
  return JSON.stringify(Object.entries(unnamed(labels)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function matching(labels: SeriesLabels, others: readonly Element[]): Element | undefined {
  const key = keyOf(labels);
  return others.find((other) => keyOf(other.labels) === key);
}

function child(node: Node, name: string): Node {
  const found = node.getChild(name);
  if (found === null) throw new PromqlError(`${node.name} has no ${name}`);
  return found;
}

function only(node: Node): Node {
  const [first, ...others] = node.getChildren('Expr');
  if (first === undefined || others.length > 0)
    throw new PromqlError(`${node.name} with other than one expression is not evaluated`);
  return first;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

function secondsOf(duration: string): number {
  const [, digits, unit = ''] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  const factor = UNITS[unit];
  if (factor === undefined) throw new PromqlError(`not evaluated: [${duration}]`);
  return Number(digits) * factor;
}

/**
 * The change within a range as Prometheus computes it: resets of counters are added up, and the first and last samples stand for
 * the ends of the range where they are near them. Null: fewer than two samples.
 */
function extrapolated(
  samples: readonly Sample[],
  from: number,
  to: number,
  isCounter: boolean,
): number | null {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || samples.length < 2) return null;
  let change = last.value - first.value;
  if (isCounter)
    samples.forEach(({ value }, at) => {
      const before = samples[at - 1]?.value ?? 0;
      if (value < before) change += before;
    });
  const covered = last.at - first.at;
  const step = covered / (samples.length - 1);
  const edge = (gap: number): number => (gap < step * 1.1 ? gap : step / 2);
  let atStart = edge(first.at - from);
  if (isCounter && change > 0 && first.value >= 0)
    atStart = Math.min(atStart, covered * (first.value / change));
  return (change * (covered + atStart + edge(to - last.at))) / covered;
}
