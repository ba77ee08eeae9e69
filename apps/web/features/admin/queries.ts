import {
  type ClusterEvent,
  type ClusterHistory,
  EMPTY_HISTORY,
  knownUntil,
  type MetricRange,
  readClusterEvent,
  readMetrics,
  withMetrics,
} from '@fleetlm/client/admin';
import * as z from 'zod/mini';
import { request } from '@/common/request.ts';
import { readBy } from './read-by.ts';

/** What the nodes remember of themselves, as far as it was asked for. */
export interface PolledHistory {
  readonly nodes: ClusterHistory;
  /** When an answer came last, by this device; null: none yet. */
  readonly answeredAtMs: number | null;
  /** Why the newest question had no answer; null: it had one. */
  readonly problem: string | null;
}

export const NO_HISTORY: PolledHistory = {
  nodes: EMPTY_HISTORY,
  answeredAtMs: null,
  problem: null,
};

const metricsSchema = readBy(readMetrics);

/** What has come since `before`, added to it. A question that fails keeps what is known. */
export async function continueHistory(
  before: PolledHistory,
  range: MetricRange,
): Promise<PolledHistory> {
  const path = `/api/admin/metrics?range=${range}&after=${knownUntil(before.nodes)}`;
  try {
    const nodes = withMetrics(before.nodes, await request(path, metricsSchema), range);
    return { nodes, answeredAtMs: Date.now(), problem: null };
  } catch (error) {
    return { ...before, problem: error instanceof Error ? error.message : String(error) };
  }
}

const eventsSchema = z.object({ events: z.array(z.unknown()) });

/** Newest first, without those of kinds that a newer node reports and this page does not know. */
export async function fetchEvents(): Promise<readonly ClusterEvent[]> {
  const { events } = await request('/api/admin/events', eventsSchema);
  return events.flatMap((event) => readClusterEvent(event) ?? []);
}

const flushedSchema = z.object({ rows: z.number() });

/** Rows that were written by this pass. */
export async function flushNow(): Promise<number> {
  return (await request('/api/admin/flush', flushedSchema, { method: 'POST' })).rows;
}
