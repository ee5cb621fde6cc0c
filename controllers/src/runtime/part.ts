import type { ApiObject } from './client/api-object.ts';
import type { Informer } from './cache/informer.ts';
import type { ConnectionOptions } from './context.ts';

/** A component that is built first, runs from `start` on, and ends with `close`. */
export interface Part {
  /**
   * Resolves when it does its work for the first time: its caches are filled, and it leads where leader
   * election is asked for. Rejects when it is closed before.
   */
  readonly ready: Promise<void>;
  /** Connects to the API and begins to work; calling it again changes nothing. */
  start(): void;
  /** Finishes the work in hand, releases the Lease, closes connections. */
  close(): Promise<void>;
}

/** A part that reports its health. */
export interface ObservedPart extends Part {
  /** Undefined: healthy, which includes waiting to lead. Otherwise what keeps it from working. */
  problem(): string | undefined;
  /** Resolves, to the leader's identity, when another candidate leads and this one waits. */
  readonly standby: Promise<string>;
}

/** What a part starts and stops. */
export interface Worker {
  start(): void;
  /** Lets the work in hand finish. */
  stop(): Promise<void>;
}

/** A worker of a part that is leader-elected. */
export interface PartWorker extends Worker {
  /** In logs and in the part's health: `deployment-controller`. */
  readonly name?: string;
  /** The caches that must be filled before it starts. Absent: all of its context. */
  readonly caches?: readonly Informer<ApiObject>[];
  /** false: it works without leading. Default true. */
  readonly isLeaderElected?: boolean;
}

/** How to run for leader; see `runForLeader`. */
export interface LeaderElectionSettings {
  /**
   * Different from that of any other process; the same after a restart where only one process has it at a
   * time.
   */
  identity: string;
  leaseDurationMs?: number;
  renewDeadlineMs?: number;
  retryPeriodMs?: number;
  /** Default `kube-system`. */
  namespace?: string;
  /** Default: the component's name. */
  name?: string;
}

/** What the controller manager and the scheduler need alike. */
export interface PartOptions extends ConnectionOptions {
  /** Absent: it works at once, without leader election. */
  leaderElection?: LeaderElectionSettings;
}
