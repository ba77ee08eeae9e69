import type { LongestTurn } from '@fleetlm/protocol';

const SLOT_MS = 5_000;
/** The minute that is looked back at; the newest slot is not full yet. */
const SLOTS = 12;

/** The longest turn of each five seconds of the last minute. */
export class RecentTurns {
  #slots: { readonly at: number; longest: LongestTurn }[] = [];

  add(nowMs: number, turn: LongestTurn): void {
    const at = Math.floor(nowMs / SLOT_MS);
    const newest = this.#slots.at(-1);
    if (newest?.at === at) {
      if (turn.ms > newest.longest.ms) newest.longest = turn;
      return;
    }
    this.#slots.push({ at, longest: turn });
    this.#drop(at);
  }

  /** Null: there was none. */
  longest(nowMs: number): LongestTurn | null {
    this.#drop(Math.floor(nowMs / SLOT_MS));
    let longest: LongestTurn | null = null;
    for (const slot of this.#slots)
      if (longest === null || slot.longest.ms > longest.ms) longest = slot.longest;
    return longest;
  }

  #drop(newest: number): void {
    this.#slots = this.#slots.filter(({ at }) => at > newest - SLOTS);
  }
}
