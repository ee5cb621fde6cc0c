import { totalmem } from 'node:os';

/**
 * What all shims of a process may take together. Everything that is counted per process, and not per shim, is
 * said here:
 *
 * | what                        | alone in the process | as one of n shims                     |
 * | --------------------------- | -------------------- | ------------------------------------- |
 * | cache of current values     | `valueCacheBytes`    | an n-th of it, as shims come and go   |
 * | answers not read by clients | `heldMemoryBytes`    | one limit and one count for all       |
 * | lasting connections         | `connectionsPerShim` | as many for each                      |
 * | temporary connections       | `temporaryConnections` | one limit and one count for all |
 * | intervals of timers         | as configured        | n / `undelayedShims` times as long    |
 * | metrics of the process      | `process-metrics.ts` | collected once, part of every answer  |
 *
 * What an operator sets for one shim (its `valueCacheBytes`, `heldMemoryBytes`, `pollIntervalMs`) holds for
 * that shim, and is not divided.
 */
export interface ProcessLimits {
  /** Bytes of current values kept in memory. */
  readonly valueCacheBytes: number;
  /**
   * Bytes of unread answers and unfinished requests beyond which the client that holds most is disconnected.
   */
  readonly heldMemoryBytes: number;
  /** Connections of a shim that stay open: commit, fence, read, work, and one that listens for hints. */
  readonly connectionsPerShim: number;
  /** Connections at once for snapshots and hashes, vacuums, and defragmentations. */
  readonly temporaryConnections: number;
  /**
   * As many shims ask PostgreSQL at their own intervals; more are given longer ones, so that the load does
   * not grow.
   */
  readonly undelayedShims: number;
}

/**
 * The limits of a process. Ten shims take at most 56 connections, which is less than the 61 that pg8s'
 * embedded PostgreSQL has for its clients.
 */
export function defaultProcessLimits(): ProcessLimits {
  return {
    valueCacheBytes: 256 * 1024 ** 2,
    heldMemoryBytes: Math.min(1024 ** 3, memoryOfProcess() / 4),
    connectionsPerShim: 5,
    temporaryConnections: 6,
    undelayedShims: 4,
  };
}

/** What one shim of a process has of the budget. */
export interface BudgetShare {
  /** Bytes of current values that this shim may keep now. */
  readonly valueCacheBytes: number;
  /** How far apart a timer should be that would be `intervalMs` apart in a process with few shims. */
  intervalMs(intervalMs: number): number;
  /** Takes a temporary connection and returns how to give it back; undefined: all are taken. */
  takeConnection(): (() => void) | undefined;
  /** Gives the share back. */
  leave(): void;
}

/** Divides the limits of a process between the shims that are in it. */
export class ProcessBudget {
  readonly limits: ProcessLimits;
  readonly #shares = new Map<BudgetShare, (valueCacheBytes: number) => void>();
  #takenConnections = 0;

  constructor(limits: ProcessLimits = defaultProcessLimits()) {
    this.limits = limits;
  }

  /** Shims that have a share now. */
  get shims(): number {
    return this.#shares.size;
  }

  /** Temporary connections that are open now. */
  get takenConnections(): number {
    return this.#takenConnections;
  }

  /**
   * Adds a shim. `onResize` is called when others come or go, with the bytes of values that this one may then
   * keep.
   */
  join(onResize: (valueCacheBytes: number) => void): BudgetShare {
    const valueCacheBytes = (): number => Math.floor(this.limits.valueCacheBytes / Math.max(1, this.shims));
    const share: BudgetShare = {
      get valueCacheBytes() {
        return valueCacheBytes();
      },
      intervalMs: (intervalMs) => intervalMs * Math.max(1, this.shims / this.limits.undelayedShims),
      takeConnection: () => this.#takeConnection(),
      leave: () => {
        if (this.#shares.delete(share)) this.#resize();
      },
    };
    this.#shares.set(share, onResize);
    this.#resize(share);
    return share;
  }

  #takeConnection(): (() => void) | undefined {
    if (this.#takenConnections >= this.limits.temporaryConnections) return undefined;
    this.#takenConnections++;
    let isTaken = true;
    return () => {
      if (isTaken) this.#takenConnections--;
      isTaken = false;
    };
  }

  #resize(except?: BudgetShare): void {
    for (const [share, onResize] of this.#shares) if (share !== except) onResize(share.valueCacheBytes);
  }
}

/** The budget of this process. */
export const processBudget = new ProcessBudget();

function memoryOfProcess(): number {
  const constrained = process.constrainedMemory();
  // Without a limit some systems answer with the largest number there is.
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
}
