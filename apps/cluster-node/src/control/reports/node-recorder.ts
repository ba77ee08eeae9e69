import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { memoryUsage } from 'node:process';
import type { RaftHost } from '@fleetlm/raft/host';
import type { Wal } from '@fleetlm/raft/wal';
import type { DispatchEngine } from '../../effects/dispatch/index.ts';
import type { Flusher } from '../../effects/flusher/index.ts';
import type { GroupReply } from '../../groups/group-reply.ts';
import type { Groups } from '../../groups/groups.ts';
import type { NodeMetrics } from '../../operations/node-metrics.ts';
import type { EventLoopDelay } from '../../telemetry/event-loop-delay.ts';
import { guarded } from '../../telemetry/guarded.ts';
import { MetricHistory, type MetricRange } from '../../telemetry/metric-history.ts';
import type { MetricPoint } from '../../telemetry/metric-ring.ts';
import { syncP99Ms } from './own-report.ts';

const EVERY_MS = 1_000;

export interface RecordedParts {
  readonly host: RaftHost<GroupReply>;
  readonly groups: Groups;
  readonly wal: Wal;
  readonly dispatch: DispatchEngine;
  readonly flusher: Flusher;
  readonly eventLoop: EventLoopDelay;
}

interface Counters {
  readonly atMs: number;
  readonly appended: number;
  readonly applied: number;
  readonly elections: number;
  readonly rows: number;
  readonly failures: number;
}

/** Looks at its own node once a second and remembers. */
export class NodeRecorder {
  readonly #parts: RecordedParts;
  readonly #history = new MetricHistory();
  #before: Counters | null = null;
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: RecordedParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(
      guarded('timer', () => this.#record()),
      EVERY_MS,
    );
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  metrics(range: MetricRange, afterMs: number): NodeMetrics {
    const { dispatch, flusher } = this.#parts;
    const { queued, running, completed, failedAttempts, failed, breakersOpen } = dispatch.stats;
    const { rowsFlushed, passes, failures, lastSuccessAtMs, lastError, databaseUp } = flusher.stats;
    return {
      atMs: Date.now(),
      stepMs: this.#history.stepMs(range),
      ...this.#history.after(range, afterMs),
      flush: {
        databaseUp,
        backlog: this.#backlog(),
        rowsFlushed,
        passes,
        failures,
        lastSuccessAtMs,
        lastError,
        conflictedSessions: flusher.stats.conflictedSessions,
      },
      dispatch: {
        queued,
        running,
        completed,
        failedAttempts,
        failed,
        breakersOpen,
        agents: [...dispatch.agentLoads()],
      },
    };
  }

  #record(): void {
    const { dispatch, flusher, eventLoop, host, wal } = this.#parts;
    const atMs = Date.now();
    const now: Counters = {
      atMs,
      appended: host.stats.entriesAppended,
      applied: host.stats.entriesApplied,
      elections: host.stats.elections,
      rows: flusher.stats.rowsFlushed,
      failures: dispatch.stats.failedAttempts,
    };
    const before = this.#before;
    const memory = memoryUsage();
    const utilization = performance.eventLoopUtilization();
    const seconds = before === null ? 0 : (atMs - before.atMs) / 1_000;
    const rate = (to: number, from: number | undefined): number | null =>
      from === undefined || seconds <= 0 ? null : (to - from) / seconds;
    const grown = (to: number, from: number | undefined): number | null =>
      from === undefined ? null : to - from;
    const point: MetricPoint = {
      loop_delay_ms: eventLoop.takeWorstMs(),
      loop_utilization: performance.eventLoopUtilization(utilization, this.#utilization)
        .utilization,
      wal_sync_p99_ms: syncP99Ms(wal),
      entries_appended_per_s: rate(now.appended, before?.appended),
      entries_applied_per_s: rate(now.applied, before?.applied),
      elections: grown(now.elections, before?.elections),
      flush_backlog: this.#backlog(),
      flush_rows_per_s: rate(now.rows, before?.rows),
      dispatch_queued: dispatch.stats.queued,
      dispatch_running: dispatch.stats.running,
      dispatch_failures: grown(now.failures, before?.failures),
      rss_bytes: memory.rss,
      heap_used_bytes: memory.heapUsed,
    };
    this.#history.record(atMs, point);
    this.#before = now;
    this.#utilization = utilization;
  }

  #backlog(): number {
    let backlog = 0;
    for (const { state } of this.#parts.groups.ledGroups()) backlog += state.flushBacklog;
    return backlog;
  }
}
