import type { KubeObject } from '@pg8s/k8s-proto/object';
import { writeResourceList } from '@pg8s/k8s-proto/quota/resource-list';
import { conflict, notFound, objectModified } from '../../../api-errors/status-error.ts';
import type { TrackServerWrite } from '../../../registry/server-writes.ts';
import type { FollowedResource, SharedInformers } from '../../../storage/follow/shared-informers.ts';
import type { ObjectIndex } from '../../../storage/follow/object-store.ts';
import type { ResourceStorage } from '../../../storage/storage.ts';
import { type Quota, readQuota } from './quota.ts';

const quotas = { group: '', resource: 'resourcequotas' };
/** So many own writes are remembered until they are heard of. */
const mostWritten = 100;

/** What quotas are read from, and written to. */
export interface QuotaAccessOptions {
  storage: ResourceStorage;
  informers: SharedInformers;
  trackServerWrite: TrackServerWrite;
}

/**
 * The quotas of namespaces. They are in memory, and what this server wrote itself is known before it is heard
 * of, so that requests in a row do not run into conflicts with each other.
 */
export class QuotaAccess {
  readonly #options: QuotaAccessOptions;
  #following: { followed: FollowedResource<KubeObject>; byNamespace: ObjectIndex<KubeObject> } | undefined;
  readonly #written = new Map<string, Quota>();

  constructor(options: QuotaAccessOptions) {
    this.#options = options;
  }

  /** Begins to follow quotas; resolves when all are known. */
  async start(): Promise<void> {
    await this.#follow().followed.synced;
  }

  /** Whether it is known that a namespace has no quotas, as most have none. */
  hasNone(namespace: string): boolean {
    const { followed, byNamespace } = this.#follow();
    return followed.hasSynced && !byNamespace.has(namespace);
  }

  /** The quotas of a namespace, sorted by name; they may be older than those that are stored. */
  async inNamespace(namespace: string): Promise<readonly Quota[]> {
    const { followed, byNamespace } = this.#follow();
    if (!followed.hasSynced) return this.stored(namespace);
    const known = [...byNamespace.get(namespace)].map((object) =>
      this.#newest(readQuota(object as KubeObject, Number(object.metadata.resourceVersion))),
    );
    return sortedByName(known);
  }

  /** The quotas of a namespace as they are stored now. */
  async stored(namespace: string): Promise<readonly Quota[]> {
    const { items } = await this.#options.storage.list({
      namespace,
      resourceVersion: '',
      resourceVersionMatch: '',
      limit: 0,
      continueToken: '',
    });
    return sortedByName(items.map(({ object, revision }) => readQuota(object, revision)));
  }

  /** Writes what is used, where the quota is as it was read. Rejects with a conflict where it is not. */
  async write({ namespace, name, revision, used }: Quota): Promise<void> {
    const { storage, trackServerWrite } = this.#options;
    const stored = await storage.guaranteedUpdate({ namespace, name }, (current) => {
      if (current === undefined) throw notFound(quotas, name);
      if (current.revision !== revision) throw conflict(quotas, name, objectModified);
      const before = current.object;
      const status = { ...(before['status'] as object | undefined), used: writeResourceList(used) };
      const object: KubeObject = { ...before, metadata: { ...before.metadata }, status };
      trackServerWrite({
        resource: { name: quotas.resource },
        subresource: 'status',
        current: before,
        object,
      });
      return object;
    });
    const key = keyOf({ namespace, name });
    this.#written.delete(key);
    this.#written.set(key, readQuota(stored.object, stored.revision));
    for (const oldest of this.#written.keys()) {
      if (this.#written.size <= mostWritten) break;
      this.#written.delete(oldest);
    }
  }

  #follow() {
    if (this.#following === undefined) {
      const followed = this.#options.informers.follow<KubeObject>(quotas);
      const byNamespace = followed.addIndex(({ metadata }) => [metadata.namespace ?? '']);
      this.#following = { followed, byNamespace };
    }
    return this.#following;
  }

  #newest(followed: Quota): Quota {
    const key = keyOf(followed);
    const own = this.#written.get(key);
    if (own === undefined) return followed;
    if (own.revision > followed.revision) return own;
    this.#written.delete(key);
    return followed;
  }
}

function keyOf({ namespace, name }: Pick<Quota, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

function sortedByName(list: Quota[]): Quota[] {
  return list.sort((one, other) => (one.name < other.name ? -1 : 1));
}
