import type { V1APIService } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FollowedResource, SharedInformers } from '../storage/follow/shared-informers.ts';
import { type ApiServiceEntry, entryOf, isRemote, type RemoteEntry } from './api-service.ts';

/** One APIService that changed, as it was and as it is. */
export interface ApiServiceChange {
  readonly before: ApiServiceEntry | undefined;
  readonly after: ApiServiceEntry | undefined;
}

/** The APIServices as this server follows them, by what they answer for. */
export class ApiServiceTable {
  readonly #entries = new Map<string, ApiServiceEntry>();
  readonly #remote = new Map<string, RemoteEntry>();
  readonly #listeners = new Set<(change: ApiServiceChange) => void>();
  #version = 0;
  #followed: FollowedResource<V1APIService & KubeObject> | undefined;

  /** Rises with every change of an entry. */
  get version(): number {
    return this.#version;
  }

  /** Begins to follow. Resolves when all that exist are in the table. */
  async follow(informers: SharedInformers): Promise<void> {
    this.#followed ??= informers.follow({ group: 'apiregistration.k8s.io', resource: 'apiservices' });
    const { synced } = this.#followed.addHandler({
      add: (object) => this.#set(entryOf(object)),
      update: (object) => this.#set(entryOf(object)),
      delete: (object) => this.#delete(entryOf(object)),
    });
    await synced;
  }

  /** All, in no order. */
  all(): Iterable<ApiServiceEntry> {
    return this.#entries.values();
  }

  /** Those that another server answers for. */
  remote(): Iterable<RemoteEntry> {
    return this.#remote.values();
  }

  /** The server behind a version; undefined where this server answers itself. */
  remoteOf(group: string, version: string): RemoteEntry | undefined {
    return this.#remote.get(`${group}/${version}`);
  }

  /** The server behind a path below `/apis/GROUP/VERSION`. */
  remoteAt(path: string): RemoteEntry | undefined {
    if (this.#remote.size === 0 || !path.startsWith('/apis/')) return undefined;
    const [, , group = '', version = ''] = path.split('/', 4);
    return this.remoteOf(group, version);
  }

  /** Whether a group has a server behind one of its versions. */
  isRemoteGroup(group: string): boolean {
    for (const entry of this.#remote.values()) if (entry.group === group) return true;
    return false;
  }

  subscribe(listener: (change: ApiServiceChange) => void): void {
    this.#listeners.add(listener);
  }

  #set(entry: ApiServiceEntry): void {
    const before = this.#entries.get(entry.name);
    this.#entries.set(entry.name, entry);
    const place = `${entry.group}/${entry.version}`;
    if (isRemote(entry)) this.#remote.set(place, entry);
    else this.#remote.delete(place);
    this.#changed({ before, after: entry });
  }

  #delete(entry: ApiServiceEntry): void {
    const before = this.#entries.get(entry.name);
    this.#entries.delete(entry.name);
    this.#remote.delete(`${entry.group}/${entry.version}`);
    this.#changed({ before, after: undefined });
  }

  #changed(change: ApiServiceChange): void {
    this.#version++;
    for (const listener of this.#listeners) listener(change);
  }
}
