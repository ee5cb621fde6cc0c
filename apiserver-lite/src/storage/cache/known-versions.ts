import type { KnownObjects } from '../etcd/keyspace.ts';
import type { StoredObject } from '../etcd/stored-object.ts';
import type { CacheContents } from './cache-contents.ts';

const maxRemembered = 4096;

/**
 * The versions that a watch cache holds, and those that this server wrote or read and the watch has not
 * brought yet, so that no version is decoded twice.
 */
export class KnownVersions implements KnownObjects {
  readonly #contents: CacheContents;
  readonly #remembered = new Map<string, StoredObject>();
  #isCurrent = false;

  constructor(contents: CacheContents) {
    this.#contents = contents;
  }

  /** The cache was loaded: its contents follow the store from now on. */
  begin(): void {
    this.#remembered.clear();
    this.#isCurrent = true;
  }

  /** The cache does not follow the store any more: its versions may be old. */
  end(): void {
    this.#isCurrent = false;
  }

  latest(key: string): StoredObject | undefined {
    if (!this.#isCurrent) return undefined;
    return this.#remembered.get(key) ?? this.#contents.get(key);
  }

  find(key: string, revision: number): StoredObject | undefined {
    const current = this.#contents.get(key);
    if (current?.revision === revision) return current;
    const remembered = this.#remembered.get(key);
    return remembered?.revision === revision ? remembered : undefined;
  }

  remember(object: StoredObject): void {
    if (!this.#isCurrent || object.revision <= this.#contents.revision) return;
    if ((this.#remembered.get(object.key)?.revision ?? 0) > object.revision) return;
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
    this.#remembered.set(object.key, object);
  }

  replace(object: StoredObject): void {
    if (this.#remembered.get(object.key)?.revision === object.revision) {
      this.#remembered.set(object.key, object);
    }
    this.#contents.replaceVersion(object);
  }

  /** The watch has brought everything about `key` up to `revision`. */
  forget(key: string, revision: number): void {
    const remembered = this.#remembered.get(key);
    if (remembered !== undefined && remembered.revision <= revision) this.#remembered.delete(key);
  }
}
