import type { AgentStatsAnswer, AgentWindow } from '@fleetlm/protocol';
import { type AgentStats, percentilesOf, type Runtime } from '../../runtime/runtime-api.ts';
import { knownAgent } from '../access/access.ts';
import { isoTime } from '../wire.ts';
import type { Handlers } from './rest-call.ts';

/** How an agent does. */
export function agentStatsHandlers(runtime: Runtime) {
  return {
    getAgentStats: async (call) => {
      const { id } = await knownAgent(runtime, call.params.id, call);
      return statsAnswer(await runtime.agentStats(id));
    },
  } satisfies Partial<Handlers>;
}

function statsAnswer({ windows, nodes }: AgentStats): AgentStatsAnswer {
  const sum = (of: 'inFlight' | 'queued' | 'retrying'): number =>
    nodes.reduce((total, { stats }) => total + (stats?.[of] ?? 0), 0);
  return {
    stats: {
      in_flight: sum('inFlight'),
      queued: sum('queued'),
      retrying: sum('retrying'),
      last_15_min: windowBody(windows.last_15_min),
      last_24_h: windowBody(windows.last_24_h),
    },
    is_complete: nodes.every(({ stats }) => stats !== null),
    nodes: nodes.map(({ nodeId, stats }) => ({
      node_id: nodeId,
      state: stats === null ? 'unreachable' : 'ok',
      reported_at: stats === null ? null : isoTime(stats.atMs),
      since: stats === null ? null : isoTime(stats.sinceMs),
      in_flight: stats?.inFlight ?? null,
      queued: stats?.queued ?? null,
      retrying: stats?.retrying ?? null,
      breaker: stats?.breaker ?? null,
    })),
  };
}

function windowBody(window: AgentStats['windows']['last_24_h']): AgentWindow {
  const { delivered, brokenOff, failed, failedAttempts } = window;
  const ended = delivered + brokenOff + failed;
  return {
    delivered,
    broken_off: brokenOff,
    dead: failed,
    failed_attempts: failedAttempts,
    success_rate: ended === 0 ? null : delivered / ended,
    first_token_ms: percentilesOf(window.firstToken),
    total_ms: percentilesOf(window.total),
  };
}
