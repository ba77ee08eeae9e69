import type { AgentStatsAnswer } from '@fleetlm/protocol';

export type FirstCallState = 'waiting' | 'failed' | 'answered';

/** What the figures of the last day say of an agent's first call. */
export function firstCallState({
  last_24_h: { delivered, broken_off, dead, failed_attempts },
}: Pick<AgentStatsAnswer['stats'], 'last_24_h'>): FirstCallState {
  if (delivered > 0) return 'answered';
  return broken_off + dead + failed_attempts > 0 ? 'failed' : 'waiting';
}
