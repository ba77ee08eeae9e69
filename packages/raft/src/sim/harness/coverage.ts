/** How often the seeds of a layer have met each situation; a simulator that never meets one proves nothing of it. */
export class Coverage<Situation extends string = string> {
  readonly #counts: Map<Situation, number>;

  constructor(situations: readonly Situation[]) {
    this.#counts = new Map(situations.map((situation) => [situation, 0]));
  }

  count(situation: Situation): void {
    this.#counts.set(situation, (this.#counts.get(situation) ?? 0) + 1);
  }

  /** By what is public: a run with a deliberate bug has a class of its own. */
  add({ counts }: Pick<Coverage<Situation>, 'counts'>): void {
    for (const [situation, count] of counts)
      this.#counts.set(situation, (this.#counts.get(situation) ?? 0) + count);
  }

  /** In the order of the alphabet. */
  get counts(): readonly (readonly [Situation, number])[] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  missing(): readonly Situation[] {
    return this.counts.filter(([, count]) => count === 0).map(([situation]) => situation);
  }
}
