import {
  type ClusterEvent,
  type MetricRange,
  readClusterEvent,
  readMetrics,
} from '@fleetlm/client/admin';

/** What the browser asks of this app's own server for operators. Each rejects with a sentence for people. */

export async function fetchMetrics(range: MetricRange, afterMs: number) {
  const body = await callOperator(`/api/admin/metrics?range=${range}&after=${afterMs}`);
  const metrics = readMetrics(body);
  if (metrics === null) throw new Error('The cluster’s answer is not understood.');
  return metrics;
}

/** Newest first. */
export async function fetchEvents(): Promise<readonly ClusterEvent[]> {
  const body = await callOperator('/api/admin/events');
  const events: unknown =
    typeof body === 'object' && body !== null && 'events' in body ? body.events : null;
  return Array.isArray(events) ? events.flatMap((event) => readClusterEvent(event) ?? []) : [];
}

/** Rows that were written by this pass. */
export async function flushNow(): Promise<number> {
  const body = await callOperator('/api/admin/flush', { method: 'POST' });
  return typeof body === 'object' &&
    body !== null &&
    'rows' in body &&
    typeof body.rows === 'number'
    ? body.rows
    : 0;
}

/** One request to this app’s own server; the body of its answer. */
export async function callOperator(path: string, init: RequestInit = {}): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, cache: 'no-store' });
  } catch (cause) {
    throw new Error('The web app can’t be reached now.', { cause });
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body;
  throw new Error(
    typeof body === 'object' && body !== null && 'detail' in body
      ? String(body.detail)
      : `The web app answered ${response.status}.`,
  );
}
