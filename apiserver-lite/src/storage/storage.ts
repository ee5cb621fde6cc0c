import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { CachedObject } from './cached-object.ts';

/** An object's place within its resource; `namespace` is empty for cluster-scoped resources. */
export interface ObjectKey {
  namespace: string;
  name: string;
}

/** Which of the listed or watched objects are wanted; labels and fields are judged above the store. */
export type Predicate = (object: KubeObject) => boolean;

/** Which objects are meant. */
export interface Selection {
  /** Empty: all namespaces (or a cluster-scoped resource). */
  namespace: string;
  /** Set when a `metadata.name=` field selector names one object. */
  name?: string;
  /** Absent: everything. */
  predicate?: Predicate;
}

/** The parameter of that name; empty: not given. */
export type ResourceVersionMatch = '' | 'Exact' | 'NotOlderThan';

/** What is to be listed, and at which revision. */
export interface ListOptions extends Selection {
  /** As in the request: '' consistent, '0' whatever is there, N. */
  resourceVersion: string;
  resourceVersionMatch: ResourceVersionMatch;
  /** 0: no limit. */
  limit: number;
  continueToken: string;
}

/** A page of a list, or the whole list. */
export interface ListPage {
  items: CachedObject[];
  resourceVersion: string;
  /** Empty on the last page. */
  continueToken: string;
  /** Only known where no selector filters. */
  remainingItemCount?: number;
}

/** What is to be watched, and from which revision on. */
export interface WatchOptions extends Selection {
  /** '' or '0': first ADDED for all that exists; N: what comes after N. */
  resourceVersion: string;
  resourceVersionMatch: ResourceVersionMatch;
  allowWatchBookmarks: boolean;
  /** When the watch will be over: with bookmarks there is one 2 s before, so that the client can resume. */
  endsInMs?: number;
  /** KEP-3157: ADDED for what exists, then a bookmark annotated `k8s.io/initial-events-end`. */
  sendInitialEvents?: boolean;
}

/**
 * One change as a watcher with a selector sees it: an object that begins to match is ADDED, one that stops
 * matching is DELETED. A DELETED object has the resourceVersion of its deletion. A BOOKMARK's object has only
 * kind, apiVersion and metadata.resourceVersion (and the annotation that ends the initial events).
 */
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: CachedObject;
}

/**
 * Iterates over changes until `close()`, or until the server ends the watch: the reader was too slow, or the
 * cache had to be filled anew. The client then watches again from the last revision it saw, as with
 * kube-apiserver. Throws a StatusError that belongs into the stream as an ERROR event: 410 Expired where
 * `resourceVersion` is older than the history, 500 where a stored value cannot be decoded.
 */
export interface Watcher extends AsyncIterable<WatchEvent> {
  /**
   * Events that wait right now are taken at once, to be written together; undefined when the watch was
   * closed.
   */
  nextBatch(): Promise<readonly WatchEvent[] | undefined>;
  close(): void;
}

/** What the current object must be, so that a write may change it. */
export interface Preconditions {
  uid?: string;
  resourceVersion?: string;
}

/** Conditions and lifetime of an update. */
export interface UpdateOptions {
  /** `tryUpdate` also runs, with undefined, when there is no object: update as create. */
  ignoreNotFound?: boolean;
  preconditions?: Preconditions;
  /** Seconds until the object expires by a lease (events). Absent: it keeps what it has. */
  ttlSeconds?: number;
}

/**
 * The objects of one stored resource (Kubernetes: `apiserver/pkg/storage.Interface`). Objects are in the
 * resource's storage version; those that come out are shared and must never be changed: copy first.
 *
 * Errors are StatusErrors in the resource's name: notFound, alreadyExists, conflict, expired, timeout …
 */
export interface ResourceStorage {
  /** Txn `MOD key == 0`, put. The result carries its resourceVersion. */
  create(key: ObjectKey, object: KubeObject, options?: { ttlSeconds?: number }): Promise<CachedObject>;

  /** '' asks the store (linearizable); '0' any cached version; N at least N, waiting up to 3 s. */
  get(key: ObjectKey, resourceVersion: string): Promise<CachedObject>;

  list(options: ListOptions): Promise<ListPage>;

  /**
   * Resolves when the watch is open. Rejects only for a request that makes no sense; a `resourceVersion`
   * older than the history is reported by the watcher itself (kube-apiserver answers 200 and an ERROR event).
   */
  watch(options: WatchOptions): Promise<Watcher>;

  /**
   * Reads, lets `tryUpdate` make the next object from the current one, and writes it by Txn `MOD key == N`;
   * starts again when another writer was faster. `tryUpdate` may run several times, must not change
   * `current`, and ends the attempt by throwing. Returning an object equal to the current one writes nothing.
   */
  guaranteedUpdate(
    key: ObjectKey,
    tryUpdate: (current: CachedObject | undefined) => Promise<KubeObject> | KubeObject,
    options?: UpdateOptions,
  ): Promise<CachedObject>;

  /**
   * `validate` sees the object that would vanish and may refuse by throwing. The result has the deletion's
   * resourceVersion.
   */
  delete(
    key: ObjectKey,
    options?: { preconditions?: Preconditions; validate?: (current: CachedObject) => Promise<void> | void },
  ): Promise<CachedObject>;

  /** Number of objects in the watch cache, for metrics; 0 until it is loaded. */
  count(): number;

  /** Resolves once the watch cache holds a first full list. */
  ready(): Promise<void>;
}
