import type { FuzzCase } from '../inputs/case.ts';

interface Played {
  readonly one: FuzzCase;
  readonly fromMs: number;
  untilMs: number;
}

/** Effects come a little after the bytes that cause them. */
const AFTER_MS = 3_000;
const KEPT_MAX = 2_000;

/** What was played when: the suspects of a finding are taken from it. */
export class CaseLog {
  readonly #played: Played[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The answer ends it. */
  begin(one: FuzzCase): () => void {
    const played: Played = { one, fromMs: this.#nowMs(), untilMs: Number.POSITIVE_INFINITY };
    this.#played.push(played);
    if (this.#played.length > KEPT_MAX) this.#played.shift();
    return () => {
      played.untilMs = this.#nowMs();
    };
  }

  /** Played in that time or just before it, those that began last first. */
  between(fromMs: number, untilMs: number): readonly FuzzCase[] {
    return this.#played
      .filter((played) => played.fromMs <= untilMs && played.untilMs + AFTER_MS >= fromMs)
      .sort((a, b) => b.fromMs - a.fromMs)
      .map(({ one }) => one);
  }
}
