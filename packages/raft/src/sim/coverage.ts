/** Situations that a run must reach to be worth something; a counter that stays 0 is a gap in the simulator. */
export const SITUATIONS = [
  'leader elected with an uncommitted tail',
  'entries replaced while being written',
  'write returned after its entries were replaced',
  'commit in a joint configuration',
  'leader removed itself',
  'snapshot taken',
  'snapshot installed',
  'snapshot installed in a joint configuration',
  'snapshot lost on the way',
  'log fast-forwarded past a snapshot',
  'election without a winner',
  'pre-vote granted',
  'pre-vote refused',
  'leader stepped down for lack of a quorum',
  'leadership transferred',
  'transfer given up',
  'read confirmed',
  'read dropped',
  'read asked by a follower',
  'proposal acknowledged',
  'proposal overwritten',
  'uncommitted limit reached',
  'configuration change refused',
  'joint configuration entered',
  'restart in a joint configuration',
  'replica wiped',
  'dead replica replaced',
  'process crashed',
  'power lost with unsynced writes',
  'sync failed',
  'resumed, timers first',
  'resumed, messages first',
  'link cut one way',
  'partition',
  'all replicas without power at once',
  'append refused',
] as const;

export type Situation = (typeof SITUATIONS)[number];

export class Coverage {
  readonly #counts = new Map<Situation, number>(SITUATIONS.map((situation) => [situation, 0]));

  saw(situation: Situation, count = 1): void {
    this.#counts.set(situation, (this.#counts.get(situation) ?? 0) + count);
  }

  add(other: Coverage): void {
    for (const [situation, count] of other.counts) this.saw(situation, count);
  }

  get counts(): ReadonlyMap<Situation, number> {
    return this.#counts;
  }

  get missing(): readonly Situation[] {
    return SITUATIONS.filter((situation) => this.#counts.get(situation) === 0);
  }
}
