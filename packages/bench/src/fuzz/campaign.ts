import { pause } from '../torture/rig/wait-until.ts';
import { playCase } from './drive/play-case.ts';
import type { Stage } from './drive/stage.ts';
import type { Edge, FuzzCase } from './inputs/case.ts';
import { generate } from './inputs/generate.ts';
import type { Finding } from './oracle/findings.ts';

/** Turns that go on beside everything else. */
const TURNS_AT_ONCE = 10;
/** Inputs of the other edges that are played at once when they are drawn. */
const DRAWN_AT_ONCE = 4;
/** Effects of one case that is played alone come within this time. */
const AFTER_MS = 3_000;
/** Suspects of a finding that are tried, and time for all of them. */
const SUSPECTS_MAX = 4;
const CONFIRM_MS = 5 * 60_000;

/** Plays cases on a stage: a list one after the other, drawn ones beside each other, suspects alone. */
export class Campaign {
  readonly #stage: Stage;
  readonly #turns = new Set<Promise<void>>();
  #played = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  get played(): number {
    return this.#played;
  }

  /** Turns take seconds and go on beside the rest; everything else is played one at a time. */
  async playList(cases: readonly FuzzCase[]): Promise<void> {
    for (const one of cases) await this.#begin(one);
    await this.turnsEnded();
  }

  /** Draws inputs until the time is over. The answer is how many. */
  async playDrawn(seed: number, edges: readonly Edge[], milliseconds: number): Promise<number> {
    const deadline = performance.now() + milliseconds;
    let next = 0;
    const worker = async (): Promise<void> => {
      while (performance.now() < deadline) await this.#begin(generate(seed, next++, edges));
    };
    await Promise.all(Array.from({ length: DRAWN_AT_ONCE }, worker));
    return next;
  }

  async turnsEnded(): Promise<void> {
    await Promise.all(this.#turns);
  }

  async #begin(one: FuzzCase): Promise<void> {
    if (one.edge !== 'webhook') {
      this.#played += 1;
      await playCase(one, this.#stage);
      return;
    }
    // Again after each: several wait for the same turn to end, and one of them takes its place.
    while (this.#turns.size >= TURNS_AT_ONCE) await Promise.race(this.#turns);
    this.#played += 1;
    const playing = playCase(one, this.#stage).finally(() => this.#turns.delete(playing));
    this.#turns.add(playing);
  }

  /** Plays the suspects of each finding alone, and notes the one that brings it about again. */
  async confirm(
    findings: readonly Finding[],
    cluster: { settled(): Promise<void> },
  ): Promise<void> {
    const deadline = performance.now() + CONFIRM_MS;
    const tried = new Map<FuzzCase, ReadonlySet<string>>();
    for (const finding of findings)
      if (finding.suspects.length === 1) finding.confirmed = finding.suspects[0] ?? null;
    for (const finding of findings) {
      if (finding.confirmed !== null) continue;
      for (const suspect of finding.suspects.slice(0, SUSPECTS_MAX)) {
        if (performance.now() > deadline) return;
        let kinds = tried.get(suspect);
        if (kinds === undefined) {
          kinds = await this.#stage.findings.during(async () => {
            await playCase(suspect, this.#stage);
            await pause(AFTER_MS);
          });
          tried.set(suspect, kinds);
          await cluster.settled();
        }
        if (!kinds.has(finding.kind)) continue;
        finding.confirmed = suspect;
        break;
      }
    }
  }
}
