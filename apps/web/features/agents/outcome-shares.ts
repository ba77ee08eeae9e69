import type { AgentWindow } from '@fleetlm/protocol';

export interface OutcomeShare {
  readonly outcome: string;
  readonly count: number;
  /** Of all turns, from 0 to 1. */
  readonly share: number;
  /** Of the style sheet. */
  readonly colour: string;
}

const OUTCOMES: readonly {
  readonly outcome: string;
  readonly colour: string;
  readonly count: (window: AgentWindow) => number;
}[] = [
  { outcome: 'answered', colour: 'var(--ok)', count: ({ delivered }) => delivered },
  { outcome: 'interrupted', colour: 'var(--warn)', count: ({ broken_off }) => broken_off },
  { outcome: 'failed', colour: 'var(--critical)', count: ({ dead }) => dead },
];

/** How turns ended, without what did not happen; nothing when there were none. */
export function outcomeShares(window: AgentWindow): readonly OutcomeShare[] {
  const total = OUTCOMES.reduce((sum, { count }) => sum + count(window), 0);
  return OUTCOMES.map(({ outcome, colour, count }) => ({
    outcome,
    colour,
    count: count(window),
    share: count(window) / Math.max(1, total),
  })).filter(({ count }) => count > 0);
}
