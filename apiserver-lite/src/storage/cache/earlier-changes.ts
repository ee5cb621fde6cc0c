import type { Event } from '@pg8s/shim/etcdserverpb/types';
import type { Clock } from '../clock.ts';
import { keyText } from '../etcd/key-layout.ts';
import type { KeyRange } from '../etcd/key-layout.ts';
import type { Keyspace } from '../etcd/keyspace.ts';
import { loadObjects } from '../etcd/list-objects.ts';
import type { SharedWatchStream } from '../etcd/shared-watch-stream.ts';
import { CacheEvent } from './cache-event.ts';

/** Of one reading; with more the history stays as it is. */
const maxEvents = 10_000;
const maxBytes = 64 * 1024 * 1024;
const timeoutMs = 3000;
const progressIntervalMs = 100;

/** Which changes are read, and with what. */
export interface EarlierChanges {
  keyspace: Keyspace;
  watchStream: Pick<SharedWatchStream, 'subscribe' | 'requestProgress'>;
  clock: Clock;
  range: KeyRange;
  /** Changes after this revision. */
  after: number;
  /** And up to this one, which the store has reached. */
  until: number;
}

/**
 * The changes of a range between two revisions, oldest first, read from the store; undefined where that is
 * not to be had: compacted, too much, or no answer in time. Rejects with the EtcdError of a read.
 */
export async function readEarlierChanges(options: EarlierChanges): Promise<CacheEvent[] | undefined> {
  const { keyspace, clock, range, after } = options;
  const { objects } = await loadObjects(keyspace, range, after);
  const events = await followUntil(options);
  if (events === undefined) return undefined;
  const current = new Map(objects.map((object) => [object.key, object]));
  const puts = await keyspace.objects(events.filter(({ type }) => type === 'PUT').map(({ kv }) => kv));
  let nextPut = 0;
  const receivedAtMs = clock.now();
  const changes: CacheEvent[] = [];
  for (const { type, kv } of events) {
    const key = keyText(kv.key);
    const before = current.get(key);
    const put = type === 'PUT' ? puts[nextPut++] : undefined;
    if (put !== undefined) current.set(key, put);
    else current.delete(key);
    if (before === undefined && put === undefined) continue;
    changes.push(new CacheEvent({ key, revision: kv.modRevision, before, after: put, receivedAtMs }));
  }
  return changes;
}

/** The events of a watch from `after` on, until it is beyond `until`. */
function followUntil({
  watchStream,
  clock,
  range,
  after,
  until,
}: EarlierChanges): Promise<Event[] | undefined> {
  const { promise, resolve } = Promise.withResolvers<Event[] | undefined>();
  const collected: Event[] = [];
  let bytes = 0;
  const unsubscribe = watchStream.subscribe(range, after + 1, {
    events(events) {
      for (const event of events) {
        if (event.kv.modRevision > until) return resolve(collected);
        collected.push(event);
        bytes += event.kv.value.byteLength;
      }
      if (collected.length > maxEvents || bytes > maxBytes) resolve(undefined);
      else if (events.at(-1)?.kv.modRevision === until) resolve(collected);
    },
    progress(revision) {
      if (revision >= until) resolve(collected);
    },
    compacted: () => resolve(undefined),
  });
  const giveUpAt = clock.now() + timeoutMs;
  let cancel = (): void => undefined;
  const ask = (): void => {
    if (clock.now() >= giveUpAt) return resolve(undefined);
    watchStream.requestProgress();
    cancel = clock.after(progressIntervalMs, ask);
  };
  ask();
  return promise.finally(() => {
    cancel();
    unsubscribe();
  });
}
