/** Lets `perSecond` through on average and `burst` at once. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  constructor(limit: { readonly perSecond: number; readonly burst: number }, nowMs: number) {
    this.#perSecond = limit.perSecond;
    this.#burst = limit.burst;
    this.#tokens = limit.burst;
    this.#atMs = nowMs;
  }

  /** False: too many; nothing was taken. */
  take(nowMs: number): boolean {
    const refill = ((nowMs - this.#atMs) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + refill);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** A bucket a key; the least recently used are forgotten, which only ever gives somebody a full bucket. */
export class TokenBuckets {
  readonly #limit: { readonly perSecond: number; readonly burst: number };
  readonly #keysMax: number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(limit: { readonly perSecond: number; readonly burst: number }, keysMax: number) {
    this.#limit = limit;
    this.#keysMax = keysMax;
  }

  take(key: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#limit, nowMs);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#keysMax) {
      const oldest = this.#buckets.keys().next();
      if (oldest.done !== true) this.#buckets.delete(oldest.value);
    }
    return bucket.take(nowMs);
  }
}
