/** Time, as far as the store needs it; tests bring their own. */
export interface Clock {
  /** Milliseconds that never go backwards. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** The real one. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    }),
};
