import type { Clock } from '../storage/clock.ts';
import type { ApiServiceTable } from './api-service-table.ts';
import { type ApiServiceEntry, isRemote, type RemoteEntry } from './api-service.ts';
import { RecheckQueue, type RecheckQueueOptions } from './recheck-queue.ts';

/** What follows the servers behind APIServices works with. */
export interface FollowerParts {
  table: ApiServiceTable;
  clock: Clock;
  signal: AbortSignal;
}

/** What is done about an APIService that leads to another server; the keys of the queue are their names. */
export interface RemoteFollower extends Pick<RecheckQueueOptions, 'check' | 'intervalMs' | 'firstRetryMs'> {
  /** It is there or has changed: whether it is to be checked now. */
  changed(entry: RemoteEntry, before: ApiServiceEntry | undefined): boolean;
  /** It has gone, or leads to no other server any more. */
  gone(name: string): void;
}

/** Follows the APIServices that lead to other servers; checks each when it changes, and after some time. */
export function followRemote(
  { table, clock, signal }: FollowerParts,
  { changed, gone, ...checks }: RemoteFollower,
): RecheckQueue {
  const queue = new RecheckQueue({ ...checks, clock, signal });
  table.subscribe(({ before, after }) => {
    if (after !== undefined && isRemote(after)) {
      if (changed(after, before)) void queue.add(after.name);
      return;
    }
    const name = after?.name ?? before?.name ?? '';
    queue.remove(name);
    gone(name);
  });
  return queue;
}
