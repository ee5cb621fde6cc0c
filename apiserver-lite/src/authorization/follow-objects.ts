import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Logger } from 'pino';
import type { ListOptions, ListPage, WatchOptions, Watcher } from '../storage/storage.ts';

/** Where objects come from: the server's own storage. */
export interface ObjectSource<Resource extends string> {
  list(resource: Resource, options: ListOptions): Promise<ListPage>;
  watch(resource: Resource, options: WatchOptions): Promise<Watcher>;
}

/** What is made of them. */
export interface ObjectIndex<Resource extends string> {
  set(resource: Resource, object: KubeObject): void;
  delete(resource: Resource, object: KubeObject): void;
}

export interface FollowOptions<Resource extends string> {
  resources: readonly Resource[];
  source: ObjectSource<Resource>;
  index: ObjectIndex<Resource>;
  log: Logger;
  /** Ends following. */
  signal: AbortSignal;
  retryDelayMs?: number;
}

/**
 * Keeps the index as the stored objects are. Resolves when all that exist are in it, and goes on until the signal
 * aborts: a watch that breaks is followed by a new list, as in an informer.
 */
export async function followObjects<Resource extends string>(
  options: FollowOptions<Resource>,
): Promise<void> {
  await Promise.all(
    options.resources.map(
      (resource) =>
        new Promise<void>((resolve, reject) => {
          follow(resource, options, resolve).catch(reject);
        }),
    ),
  );
}

async function follow<Resource extends string>(
  resource: Resource,
  options: FollowOptions<Resource>,
  listed: () => void,
): Promise<void> {
  const { source, index, log, signal, retryDelayMs = 1000 } = options;
  const known = new Map<string, KubeObject>();
  while (!signal.aborted) {
    try {
      const page = await source.list(resource, {
        namespace: '',
        resourceVersion: '',
        resourceVersionMatch: '',
        limit: 0,
        continueToken: '',
      });
      const gone = new Map(known);
      for (const { object } of page.items) {
        index.set(resource, object);
        known.set(keyOf(object), object);
        gone.delete(keyOf(object));
      }
      for (const [key, object] of gone) {
        index.delete(resource, object);
        known.delete(key);
      }
      listed();
      await applyChanges(resource, options, { known, resourceVersion: page.resourceVersion });
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ err: error, resource }, 'lost the watch of what authorization goes by, listing again');
      await sleep(retryDelayMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

interface Position {
  known: Map<string, KubeObject>;
  resourceVersion: string;
}

/** Returns when the watch ends. */
async function applyChanges<Resource extends string>(
  resource: Resource,
  { source, index, signal }: FollowOptions<Resource>,
  { known, resourceVersion }: Position,
): Promise<void> {
  const watcher = await source.watch(resource, {
    namespace: '',
    resourceVersion,
    resourceVersionMatch: '',
    allowWatchBookmarks: false,
  });
  const stop = (): void => watcher.close();
  signal.addEventListener('abort', stop);
  if (signal.aborted) watcher.close();
  try {
    for (let batch = await watcher.nextBatch(); batch !== undefined; batch = await watcher.nextBatch()) {
      for (const {
        type,
        object: { object },
      } of batch) {
        if (type === 'ADDED' || type === 'MODIFIED') {
          index.set(resource, object);
          known.set(keyOf(object), object);
        } else if (type === 'DELETED') {
          index.delete(resource, object);
          known.delete(keyOf(object));
        }
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    watcher.close();
  }
}

function keyOf({ metadata: { namespace = '', name = '' } }: KubeObject): string {
  return `${namespace}/${name}`;
}
