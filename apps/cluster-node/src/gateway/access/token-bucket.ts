export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** Lets `perSecond` through on average and `burst` at once. */
export class TokenBucket {
  readonly #limit: RateLimit;
  #tokens: number;
  #atMs: number;

  constructor(limit: RateLimit, nowMs: number) {
    this.#limit = limit;
    this.#tokens = limit.burst;
    this.#atMs = nowMs;
  }

  /**
   * False: too many; nothing was taken. What costs more than the whole burst takes a full bucket: it is limited by
   * its own size, and must not be refused for ever.
   */
  take(nowMs: number, cost = 1): boolean {
    this.#refill(nowMs);
    const taken = Math.min(cost, this.#limit.burst);
    if (this.#tokens < taken) return false;
    this.#tokens -= taken;
    return true;
  }

  /** Takes even what is not there: a debt that has to be paid off first. */
  charge(nowMs: number, cost: number): void {
    this.#refill(nowMs);
    this.#tokens = Math.max(-this.#limit.burst, this.#tokens - cost);
  }

  /** Whole seconds until `cost` can be taken; at least 1. */
  retryAfterS(cost = 1): number {
    const missing = Math.min(cost, this.#limit.burst) - this.#tokens;
    return Math.max(1, Math.ceil(missing / this.#limit.perSecond));
  }

  #refill(nowMs: number): void {
    const { perSecond, burst } = this.#limit;
    const refill = (Math.max(0, nowMs - this.#atMs) / 1000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + refill);
    this.#atMs = nowMs;
  }
}

/** A bucket a key; the least recently used are dropped, which only ever refills a bucket. */
export class TokenBuckets {
  readonly #limit: RateLimit;
  readonly #keysMax: number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(limit: RateLimit, keysMax: number) {
    this.#limit = limit;
    this.#keysMax = keysMax;
  }

  of(key: string, nowMs: number): TokenBucket {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#limit, nowMs);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#keysMax) {
      const oldest = this.#buckets.keys().next();
      if (oldest.done !== true) this.#buckets.delete(oldest.value);
    }
    return bucket;
  }
}
