/** Time as the storage reads it, so that tests can stop it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `delayMs`; the result cancels. A pending timer does not keep the process alive. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The time and the timers of the process. */
export const systemClock: Clock = {
  now: Date.now,
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
