import type { Clock } from '../clock.ts';

/** Says how long a key has to wait before it is tried again. */
export interface RateLimiter {
  /** Milliseconds to wait; counts one more failure. */
  when(key: string): number;
  /** The key succeeded, or is not tried any more. */
  forget(key: string): void;
  /** Failures since the last `forget`. */
  failures(key: string): number;
}

/** `base * 2^failures` for each key by itself, capped. */
export function exponentialBackoff(baseMs: number, longestMs: number): RateLimiter {
  const counts = new Map<string, number>();
  return {
    when(key) {
      const failures = counts.get(key) ?? 0;
      counts.set(key, failures + 1);
      return Math.min(baseMs * 2 ** failures, longestMs);
    },
    forget: (key) => void counts.delete(key),
    failures: (key) => counts.get(key) ?? 0,
  };
}

/** A token bucket over all keys together: `burst` at once, then `perSecond`. */
export function tokenBucket(perSecond: number, burst: number, clock: Clock): RateLimiter {
  let tokens = burst;
  let filledAtMs = clock.monotonicMs();
  return {
    when() {
      const now = clock.monotonicMs();
      tokens = Math.min(burst, tokens + ((now - filledAtMs) / 1000) * perSecond);
      filledAtMs = now;
      tokens -= 1;
      return tokens >= 0 ? 0 : (-tokens / perSecond) * 1000;
    },
    forget: () => undefined,
    failures: () => 0,
  };
}

/** The longest wait that any of the limiters asks for. */
export function slowestOf(...limiters: readonly RateLimiter[]): RateLimiter {
  return {
    when: (key) => Math.max(...limiters.map((limiter) => limiter.when(key))),
    forget: (key) => limiters.forEach((limiter) => limiter.forget(key)),
    failures: (key) => Math.max(...limiters.map((limiter) => limiter.failures(key))),
  };
}

/**
 * 5 ms doubling to 1000 s for a key, and 10 a second with bursts of 100 over all (client-go:
 * `DefaultTypedControllerRateLimiter`).
 */
export function controllerRateLimiter(clock: Clock): RateLimiter {
  return slowestOf(exponentialBackoff(5, 1_000_000), tokenBucket(10, 100, clock));
}
