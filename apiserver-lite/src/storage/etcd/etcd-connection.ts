import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { StorageMetrics } from '../storage-metrics.ts';
import { CompactedRevision } from './compacted-revision.ts';
import { CurrentRevision } from './current-revision.ts';
import { FirstRevision } from './first-revision.ts';
import { LeasePool } from './lease-pool.ts';
import { ProgressSupport } from './progress-support.ts';
import { SharedWatchStream } from './shared-watch-stream.ts';

/** What a connection works with. */
export interface EtcdConnectionOptions {
  client: EtcdClient;
  /** `/registry` */
  pathPrefix: string;
  clock: Clock;
  log: Logger;
  /** For how long objects that expire share one lease. Default 60. */
  leaseReuseSeconds?: number;
  metrics?: StorageMetrics;
}

/**
 * What all resources of one etcd share: one watch stream, one request for the revision at a time, the leases.
 */
export class EtcdConnection {
  readonly client: EtcdClient;
  readonly currentRevision: CurrentRevision;
  readonly compactedRevision = new CompactedRevision();
  readonly firstRevision = new FirstRevision();
  readonly leases: LeasePool;
  readonly progress: ProgressSupport;
  readonly watchStream: SharedWatchStream;

  constructor({ client, pathPrefix, clock, log, leaseReuseSeconds, metrics }: EtcdConnectionOptions) {
    this.client = client;
    this.currentRevision = new CurrentRevision(client, pathPrefix);
    this.leases = new LeasePool(
      client,
      clock,
      leaseReuseSeconds === undefined ? {} : { reuseSeconds: leaseReuseSeconds },
      (objects) => metrics?.leaseFilled?.(objects),
    );
    this.progress = new ProgressSupport(client);
    this.watchStream = new SharedWatchStream({ client, clock, log, progress: this.progress });
  }

  /** Ends the watch stream; the client stays open, as it is not ours. */
  close(): void {
    this.watchStream.close();
  }
}
