import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Logger } from 'pino';
import type { ListOptions, ListPage, WatchOptions, Watcher } from '../../storage/storage.ts';
import type { RbacIndex } from './rbac-index.ts';
import { rbacKinds } from './rbac-objects.ts';
import type { RbacResource } from './rbac-objects.ts';

/** Where roles and bindings come from: the server's own storage of these four resources. */
export interface RoleSource {
  list(resource: RbacResource, options: ListOptions): Promise<ListPage>;
  watch(resource: RbacResource, options: WatchOptions): Promise<Watcher>;
}

export interface FollowOptions {
  source: RoleSource;
  index: RbacIndex;
  log: Logger;
  /** Ends following. */
  signal: AbortSignal;
  retryDelayMs?: number;
}

/**
 * Keeps the index as the stored roles and bindings are. Resolves when all that exist are in it, and goes on until the
 * signal aborts: a watch that breaks is followed by a new list, as in an informer.
 */
export async function followRbac(options: FollowOptions): Promise<void> {
  const resources = Object.keys(rbacKinds) as RbacResource[];
  await Promise.all(
    resources.map(
      (resource) =>
        new Promise<void>((resolve, reject) => {
          follow(resource, options, resolve).catch(reject);
        }),
    ),
  );
}

async function follow(resource: RbacResource, options: FollowOptions, listed: () => void): Promise<void> {
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
      log.warn({ err: error, resource }, 'lost the watch of roles or bindings, listing again');
      await sleep(retryDelayMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

interface Position {
  known: Map<string, KubeObject>;
  resourceVersion: string;
}

/** Returns when the watch ends. */
async function applyChanges(
  resource: RbacResource,
  { source, index, signal }: FollowOptions,
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
