/** What the client process does, described by the parent; see `load-client.ts`. */
export type Load =
  | { kind: 'create' | 'update'; clients: number; seconds: number }
  | { kind: 'get' | 'grant'; clients: number; seconds: number }
  /** All keys below `/list/KEYS/`, which are made first. */
  | { kind: 'list'; keys: number; clients: number; seconds: number }
  /** Watchers are divided into groups, and each sees every event of its group's prefix. */
  | { kind: 'watch'; watchers: number; groups: number; eventsPerSecond: number; seconds: number }
  /**
   * Updates of few keys, so that there is much to compact; with `compact`, everything is compacted all the
   * time.
   */
  | { kind: 'churn'; compact: boolean; clients: number; seconds: number };

/** What came of it. */
export interface Measured {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** From the call to its end, for the use of CPU by others. */
  elapsedMs: number;
  /** CPU seconds of the client itself. */
  clientCpuSeconds: number;
}

/** What the parent sends. */
export interface LoadRequest {
  url: string;
  load: Load;
}

/** What the client answers: it is ready to begin (everything is prepared), then the result. */
export type LoadReply = { ready: true } | { measured: Measured } | { failed: string };
