/** A timer whose callback was not called yet. */
export interface Timer {
  cancel(): void;
}

/** The time: a parameter everywhere, so that tests control it (`testing/fake-clock.ts`). */
export interface Clock {
  /** Milliseconds since the epoch; for timestamps that others read. */
  now(): number;
  /** Milliseconds that never decrease; for measuring durations. */
  monotonicMs(): number;
  /** Calls once after at least `delayMs`. A pending timer does not keep the process alive. */
  after(delayMs: number, callback: () => void): Timer;
}

// setTimeout overflows above 2^31-1 ms and would call back at once.
const longestDelayMs = 0x7fffffff;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), longestDelayMs));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Resolves after `delayMs`, or at once when `signal` aborts; never rejects. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      timer.cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = clock.after(delayMs, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}

/** `meta/v1.Time`: RFC 3339 in UTC, whole seconds. */
export function formatTime(epochMs: number): string {
  return new Date(Math.floor(epochMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** `meta/v1.MicroTime`: RFC 3339 in UTC with six decimals. */
export function formatMicroTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}

/** Milliseconds since the epoch of a `Time` or `MicroTime`; undefined when absent or zero. */
export function parseTime(text: string | null | undefined): number | undefined {
  if (!text) return undefined;
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? undefined : parsed;
}
