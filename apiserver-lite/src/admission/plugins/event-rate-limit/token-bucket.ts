/** How fast a bucket is filled, and how much is in it at most. */
export interface BucketLimits {
  /** Tokens in a second. */
  readonly qps: number;
  readonly burst: number;
}

/** A bucket of tokens that fills with time (client-go: `flowcontrol.NewTokenBucketRateLimiter`). */
export class TokenBucket {
  readonly #limits: BucketLimits;
  #tokens: number;
  #filledAtMs: number;

  constructor(limits: BucketLimits, nowMs: number) {
    this.#limits = limits;
    this.#tokens = limits.burst;
    this.#filledAtMs = nowMs;
  }

  /** Takes a token; false where there is none. */
  take(nowMs: number): boolean {
    const { qps, burst } = this.#limits;
    const passedMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#tokens = Math.min(burst, this.#tokens + (passedMs / 1000) * qps);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** The buckets that were used last, so many as fit. */
export class TokenBuckets {
  readonly #limits: BucketLimits;
  readonly #capacity: number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(limits: BucketLimits, capacity: number) {
    this.#limits = limits;
    this.#capacity = capacity;
  }

  /** Takes a token of the bucket of that name; a new one is full. */
  take(name: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(name) ?? new TokenBucket(this.#limits, nowMs);
    // What was used last stands last.
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > this.#capacity && oldest !== undefined) this.#buckets.delete(oldest);
    return bucket.take(nowMs);
  }
}
