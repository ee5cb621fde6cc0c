/** What the client process does, described by the parent; see `load-client.ts`. */
export type Load =
  | {
      kind: 'create' | 'get' | 'strategicMergePatch' | 'mergePatch' | 'apply';
      clients: number;
      seconds: number;
    }
  /** A namespace of so many Pods, which are made first. */
  | { kind: 'list'; pods: number; gzip: boolean; clients: number; seconds: number }
  /** Small objects, of a kind that is built in or of one that is defined: the same content in both. */
  | {
      kind: 'createSmall' | 'listSmall' | 'applySmall';
      of: 'configmaps' | 'notes';
      clients: number;
      seconds: number;
    }
  /**
   * All watchers see all Pods of a namespace, which so many writers patch as fast as the events are
   * delivered.
   */
  | { kind: 'watch'; watchers: number; writers: number; seconds: number };

/** What came of it. */
export interface Measured {
  /** Requests, or events delivered. */
  count: number;
  p50Ms: number;
  p99Ms: number;
  elapsedMs: number;
  /** CPU seconds of the client itself. */
  clientCpuSeconds: number;
}

/** What the parent sends. */
export interface LoadRequest {
  port: number;
  token: string;
  load: Load;
}

/** What the client answers: it is ready to begin (everything is prepared), then the result. */
export type LoadReply = { ready: true } | { measured: Measured } | { failed: string };
