/** Puts work in an order in which every owner has a turn before anybody has a second one. */
export class FairTurns {
  /** Who went first last time goes last next time. */
  #first = 0;

  order<T>(work: readonly T[], ownerOf: (item: T) => string): readonly T[] {
    const queues = new Map<string, T[]>();
    for (const item of work) {
      const owner = ownerOf(item);
      const queue = queues.get(owner);
      if (queue === undefined) queues.set(owner, [item]);
      else queue.push(item);
    }
    const owners = [...queues.values()];
    if (owners.length < 2) return work;
    this.#first = (this.#first + 1) % owners.length;
    const turns = [...owners.slice(this.#first), ...owners.slice(0, this.#first)];
    const ordered: T[] = [];
    for (let round = 0; ordered.length < work.length; round += 1) {
      for (const queue of turns) {
        const item = queue[round];
        if (item !== undefined) ordered.push(item);
      }
    }
    return ordered;
  }
}
