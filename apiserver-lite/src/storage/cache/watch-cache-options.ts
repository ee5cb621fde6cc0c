import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { FirstRevision } from '../etcd/first-revision.ts';
import type { Keyspace } from '../etcd/keyspace.ts';
import type { SharedWatchStream } from '../etcd/shared-watch-stream.ts';
import type { ResourceMetrics } from '../storage-metrics.ts';
import type { Selection, WatchEvent } from '../storage.ts';
import type { CacheContents } from './cache-contents.ts';
import type { IntakeLimits } from './event-intake.ts';
import type { KnownVersions } from './known-versions.ts';

/** What a watch cache works with, and its limits. */
export interface WatchCacheOptions {
  keyspace: Keyspace;
  /** What the cache fills; `known` is made of it, and given to `keyspace`. */
  contents: CacheContents;
  known: KnownVersions;
  watchStream: SharedWatchStream;
  /** How far the history of a cache that was loaded late may reach back. */
  firstRevision: FirstRevision;
  clock: Clock;
  log: Logger;
  metrics?: ResourceMetrics | undefined;
  /** Of changes whose values must be prepared before they are decoded. */
  intakeLimits?: Partial<IntakeLimits> | undefined;
  /** Changes that may wait for one slow watcher. */
  maxWaitingEvents: number;
  /** How long a read waits for a revision. */
  waitTimeoutMs: number;
  /** An object with nothing but a revision, for bookmarks. */
  bookmark: (revision: number, endsInitialEvents: boolean) => WatchEvent;
}

/** From where on a watcher wants changes, and what else it wants. */
export interface WatchFrom extends Selection {
  /** Changes after it are sent. */
  afterRevision: number;
  /** Everything that exists is first sent as ADDED; `afterRevision` is then only a lower bound. */
  initialEvents: boolean;
  wantsBookmarks: boolean;
  /** A bookmark comes 2 s before. */
  endsInMs?: number;
  /** A bookmark ends the initial events. */
  endsInitialEvents: boolean;
}
