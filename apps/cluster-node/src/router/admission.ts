/** Messages that a node may always carry for its clients, however long they take. */
export const ADMITTED_MIN = 128;
/** A message may wait so long on its way, beside what the disk takes. */
export const QUEUEING_TARGET_MS = 80;
/** Rounds to a disk that a message waits for when it just misses one: two on the leader, two on a follower. */
const SYNCS = 3;
/** Of answered messages, before the limit is changed. */
const WINDOW_MS = 100;
/** Above the target for so long is no burst. */
export const PATIENCE_MS = 500;
/** The limit grows while so much of it is in use. */
const USED_SHARE = 0.8;
const GROWTH = 1.1;
/** What is in flight is cut at most to this at a time, and at least to that. */
const CUT_MAX = 0.5;
const CUT_MIN = 0.9;

export interface AdmissionOptions {
  /** Messages in flight that are never exceeded. */
  readonly most: number;
  /** What one sync of this node's disk takes, in milliseconds. */
  readonly syncMs: () => number;
}

/**
 * How many messages a node carries at once for its clients. More would only wait in line, be answered after their senders have
 * given up, and be sent again: so the rest is refused at once, which costs next to nothing. The limit is found by the
 * time that acknowledged messages take: above the target what is in flight is cut, below it the limit grows (additive
 * increase would be too slow after a cut; both are multiplicative). What is never acknowledged tells nothing: a
 * group without a quorum must not slow the others down.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  #limit: number;
  #inFlight = 0;
  /** Of the present window. */
  #startedAtMs = 0;
  #peak = 0;
  #count = 0;
  #sumMs = 0;
  /** Since when there is a line, and all windows are above the target; null: the last one was not. */
  #aboveSinceMs: number | null = null;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#limit = options.most;
  }

  get limit(): number {
    return this.#limit;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** False: refuse it. True: `left` is to be called when it is over. */
  enter(): boolean {
    if (this.#inFlight >= this.#limit) return false;
    // Nothing was in flight, so no line is standing.
    if (this.#inFlight === 0) this.#aboveSinceMs = null;
    this.#inFlight += 1;
    if (this.#inFlight > this.#peak) this.#peak = this.#inFlight;
    return true;
  }

  /** `tookMs` null: it was not acknowledged. */
  left(nowMs: number, tookMs: number | null): void {
    this.#inFlight -= 1;
    // Older than the last change: it says nothing about it.
    if (tookMs === null || nowMs - tookMs < this.#startedAtMs) return;
    this.#count += 1;
    this.#sumMs += tookMs;
    if (nowMs - this.#startedAtMs >= WINDOW_MS) this.#adjust(nowMs);
  }

  #adjust(nowMs: number): void {
    const { most, syncMs } = this.#options;
    const meanMs = this.#sumMs / this.#count;
    const targetMs = QUEUEING_TARGET_MS + SYNCS * syncMs();
    if (meanMs <= targetMs) {
      this.#aboveSinceMs = null;
      if (this.#peak >= this.#limit * USED_SHARE)
        this.#limit = Math.min(most, Math.ceil(this.#limit * GROWTH));
    } else if (this.#peak > ADMITTED_MIN) {
      this.#aboveSinceMs ??= nowMs;
      if (nowMs - this.#aboveSinceMs >= PATIENCE_MS) this.#cut(targetMs / meanMs);
    }
    this.#begin(nowMs);
  }

  #cut(share: number): void {
    const inUse = Math.min(this.#limit, this.#peak);
    const cut = inUse * Math.min(CUT_MIN, Math.max(CUT_MAX, share));
    this.#limit = Math.max(ADMITTED_MIN, Math.floor(cut));
  }

  #begin(nowMs: number): void {
    this.#startedAtMs = nowMs;
    this.#peak = this.#inFlight;
    this.#count = 0;
    this.#sumMs = 0;
  }
}
