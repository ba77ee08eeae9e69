import type * as wire from '@fleetlm/protocol';
import { byMetric, METRIC_NAMES } from '@fleetlm/protocol/plain';
import { isObject, type JsonObject, stringField } from '@fleetlm/protocol/ui-stream';

/** `15m`: a point a second; `24h`: a point a minute. */
export type MetricRange = wire.MetricsQuery['range'];

type Figures = NonNullable<wire.NodeMetricsAnswer['figures']>;
/** The name of a series that every node keeps of itself. */
export type Metric = wire.MetricName;

/** What a node keeps of itself, in the units of their names. */
export const METRICS = METRIC_NAMES;

/** Every series by its name, a value for each of the times. Null: not known in that step. */
export type MetricSeries = Readonly<Record<Metric, readonly (number | null)[]>>;

/** Null: not known, which is never the same as zero. */
type OrNull<T> = { readonly [K in keyof T]: T[K] | null };

/** How a node's archive is doing. */
export type FlushFigures = OrNull<Figures['flush']>;

type WireLoad = Figures['dispatch']['agents'][number];
/** Calls of one node to one agent. `breaker` may be a word of a later version. */
export type AgentLoad = OrNull<Omit<WireLoad, 'agent_id' | 'breaker'>> & {
  readonly agent_id: string;
  readonly breaker: string;
};

/** How a node's calls to agents are doing. */
export type DispatchFigures = OrNull<Omit<Figures['dispatch'], 'agents'>> & {
  readonly agents: readonly AgentLoad[];
};

/** What one node reports of itself for a range of time. */
export interface NodeFigures {
  readonly reported_at: string;
  /** Unix milliseconds by the node's own clock, ascending. */
  readonly times: readonly number[];
  readonly series: MetricSeries;
  readonly flush: FlushFigures;
  readonly dispatch: DispatchFigures;
}

/** A node's past as far as it is known. `answered` false: nothing came the last time it was asked. */
export interface NodeHistory extends NodeFigures {
  readonly node_id: string;
  readonly answered: boolean;
}

/** By node id. */
export type ClusterHistory = ReadonlyMap<string, NodeHistory>;

/** Before the first answer. */
export const EMPTY_HISTORY: ClusterHistory = new Map();

const SPAN_MS: Readonly<Record<MetricRange, number>> = { '15m': 900_000, '24h': 86_400_000 };

/** The answer of `GET /api/admin/metrics` as far as it was understood. `figures` null: that node did not answer. */
export interface MetricsAnswer {
  readonly nodes: readonly { readonly node_id: string; readonly figures: NodeFigures | null }[];
}

/** What is known after an answer: new points behind the old ones, what is out of the range in front is gone. */
export function withMetrics(
  history: ClusterHistory,
  { nodes }: MetricsAnswer,
  range: MetricRange,
): ClusterHistory {
  const after = new Map(history);
  for (const { node_id, figures } of nodes) {
    const before = history.get(node_id);
    if (figures !== null) after.set(node_id, appended(before, node_id, figures, range));
    else if (before?.answered === true) after.set(node_id, { ...before, answered: false });
  }
  return after;
}

/** The moment up to which all nodes are known: what to ask for next is after it. */
export function knownUntil(history: ClusterHistory): number {
  const ends = [...history.values()].map(({ times }) => times.at(-1) ?? 0);
  return ends.length === 0 ? 0 : Math.min(...ends);
}

function appended(
  before: NodeHistory | undefined,
  nodeId: string,
  figures: NodeFigures,
  range: MetricRange,
): NodeHistory {
  const last = before?.times.at(-1) ?? 0;
  const isNew = figures.times.map((at) => at > last);
  const times = [...(before?.times ?? []), ...figures.times.filter((_, at) => isNew[at])];
  const from = (times.at(-1) ?? 0) - SPAN_MS[range];
  const cut = times.findIndex((at) => at > from);
  return {
    ...figures,
    node_id: nodeId,
    answered: true,
    times: times.slice(Math.max(0, cut)),
    series: byMetric((metric) =>
      [
        ...(before?.series[metric] ?? []),
        ...figures.series[metric].filter((_, at) => isNew[at]),
      ].slice(Math.max(0, cut)),
    ),
  };
}

/** `GET /api/admin/metrics`; null: not understood. */
export function readMetrics(value: unknown): MetricsAnswer | null {
  if (!isObject(value) || !Array.isArray(value.nodes)) return null;
  const nodes = value.nodes.flatMap((node: unknown) => {
    const nodeId = isObject(node) ? stringField(node, 'node_id') : null;
    if (!isObject(node) || nodeId === null) return [];
    return [{ node_id: nodeId, figures: readFigures(node.figures) }];
  });
  return { nodes };
}

function readFigures(value: unknown): NodeFigures | null {
  if (!isObject(value) || !isObject(value.series) || !Array.isArray(value.times)) return null;
  const { series } = value;
  const flush = isObject(value.flush) ? value.flush : {};
  const dispatch = isObject(value.dispatch) ? value.dispatch : {};
  const agents = Array.isArray(dispatch.agents) ? dispatch.agents : [];
  return {
    reported_at: stringField(value, 'reported_at') ?? '',
    times: value.times.filter((at) => typeof at === 'number'),
    series: byMetric((metric) => readColumn(series[metric])),
    flush: {
      database_up: typeof flush.database_up === 'boolean' ? flush.database_up : null,
      backlog: numberOf(flush, 'backlog'),
      rows_flushed: numberOf(flush, 'rows_flushed'),
      passes: numberOf(flush, 'passes'),
      failures: numberOf(flush, 'failures'),
      last_success_at: stringField(flush, 'last_success_at'),
      last_error: stringField(flush, 'last_error'),
      conflicted_sessions: numberOf(flush, 'conflicted_sessions'),
    },
    dispatch: {
      queued: numberOf(dispatch, 'queued'),
      running: numberOf(dispatch, 'running'),
      completed: numberOf(dispatch, 'completed'),
      failed_attempts: numberOf(dispatch, 'failed_attempts'),
      failed: numberOf(dispatch, 'failed'),
      breakers_open: numberOf(dispatch, 'breakers_open'),
      agents: agents.flatMap((agent: unknown) => readAgent(agent)),
    },
  };
}

function readAgent(value: unknown): readonly AgentLoad[] {
  const agentId = isObject(value) ? stringField(value, 'agent_id') : null;
  if (!isObject(value) || agentId === null) return [];
  return [
    {
      agent_id: agentId,
      running: numberOf(value, 'running'),
      queued: numberOf(value, 'queued'),
      breaker: stringField(value, 'breaker') ?? 'unknown',
      failures_in_row: numberOf(value, 'failures_in_row'),
    },
  ];
}

function readColumn(value: unknown): readonly (number | null)[] {
  return Array.isArray(value) ? value.map((at) => (typeof at === 'number' ? at : null)) : [];
}

function numberOf(object: JsonObject, key: string): number | null {
  const value = object[key];
  return typeof value === 'number' ? value : null;
}
