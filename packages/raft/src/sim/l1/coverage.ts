/** Situations that the seeds of a slice together must reach. */
export const L1_SITUATIONS = [
  'elections',
  'leadership handed over',
  'proposal committed',
  'proposal refused',
  'proposal unknown',
  'voter demoted',
  'learner promoted',
  'read answered by a leader',
  'read answered by a follower',
  'read refused',
  'crash of a process',
  'crash with a write in flight',
  'crash with a sync in flight',
  'crash while starting',
  'power loss',
  'power loss of a majority',
  'torn tail cut',
  'unacknowledged write recovered',
  'orderly stop',
  'pause',
  'disk stalled',
  'disk full',
  'no room within a write',
  'sync failed',
  'partition',
  'partition one way',
  'bridge',
  'connection reset',
  'damaged bytes on the wire',
  'snapshot saved',
  'snapshot sent in chunks',
  'snapshot installed',
  'segment removed',
  'recovery from a snapshot file',
  'five nodes',
  'many groups',
] as const;

export type L1Situation = (typeof L1_SITUATIONS)[number];

export class L1Coverage {
  readonly counts = new Map<L1Situation, number>();

  count(situation: L1Situation): void {
    this.counts.set(situation, (this.counts.get(situation) ?? 0) + 1);
  }

  add(other: L1Coverage): void {
    for (const [situation, count] of other.counts)
      this.counts.set(situation, (this.counts.get(situation) ?? 0) + count);
  }

  missing(): readonly L1Situation[] {
    return L1_SITUATIONS.filter((situation) => !this.counts.has(situation));
  }
}
