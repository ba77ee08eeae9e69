/** Situations that the seeds together must reach; a simulator that never meets one proves nothing of it. */
export const SITUATIONS = [
  'elections',
  'leader change with an uncommitted tail',
  'tail truncated',
  'write in flight replaced',
  'commit in a joint configuration',
  'joint configuration left',
  'leader removed or demoted',
  'learner promoted',
  'snapshot sent',
  'snapshot installed',
  'snapshot failed',
  'snapshot in a joint configuration',
  'crash with writes in flight',
  'power loss',
  'pause',
  'disk stalled',
  'partition',
  'partition one way',
  'votes split',
  'pre-vote rejected',
  'pre-vote granted',
  'leader stepped down without quorum',
  'transfer finished',
  'transfer timed out',
  'leader forgotten',
  'read confirmed at the leader',
  'read confirmed at a follower',
  'read dropped',
  'proposal over the uncommitted limit',
  'append rejected',
] as const;

export type Situation = (typeof SITUATIONS)[number];

export class Coverage {
  readonly counts = new Map<Situation, number>();

  count(situation: Situation): void {
    this.counts.set(situation, (this.counts.get(situation) ?? 0) + 1);
  }

  add(other: Coverage): void {
    for (const [situation, count] of other.counts) {
      this.counts.set(situation, (this.counts.get(situation) ?? 0) + count);
    }
  }

  missing(): readonly Situation[] {
    return SITUATIONS.filter((situation) => !this.counts.has(situation));
  }
}
