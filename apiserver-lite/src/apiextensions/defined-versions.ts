import { apiVersionOf, type GroupVersion } from '@pg8s/k8s-proto/group-version';
import type { Definition } from './definition.ts';

/**
 * The versions that definitions want to serve, whether their names were accepted or not: each of them has an
 * APIService (Kubernetes: `controlplane/controller/crdregistration`).
 */
export class DefinedVersions {
  readonly #byDefinition = new Map<string, readonly GroupVersion[]>();
  /** How many definitions have a version. */
  readonly #counts = new Map<string, number>();
  #listener: ((versions: readonly GroupVersion[]) => void) | undefined;

  /** To be called with every definition that is there or has changed. */
  changed({ metadata, spec }: Definition): void {
    const versions = spec.versions
      .filter(({ served }) => served)
      .map(({ name }) => ({ group: spec.group, version: name }));
    this.#set(metadata.name ?? '', versions);
  }

  /** To be called when there is no definition of that name any more. */
  removed(name: string): void {
    this.#set(name, []);
  }

  /** Whether a definition wants to serve it. */
  has(version: GroupVersion): boolean {
    return this.#counts.has(apiVersionOf(version));
  }

  /** Calls `listener`, the only one, with versions that were or are in a definition which changed. */
  subscribe(listener: (versions: readonly GroupVersion[]) => void): void {
    this.#listener = listener;
  }

  #set(name: string, versions: readonly GroupVersion[]): void {
    const before = this.#byDefinition.get(name) ?? [];
    for (const version of before) this.#count(version, -1);
    for (const version of versions) this.#count(version, 1);
    if (versions.length === 0) this.#byDefinition.delete(name);
    else this.#byDefinition.set(name, versions);
    const isSame =
      before.length === versions.length &&
      before.every((version, index) => apiVersionOf(version) === apiVersionOf(versions[index]!));
    if (!isSame) this.#listener?.([...before, ...versions]);
  }

  #count(version: GroupVersion, change: number): void {
    const key = apiVersionOf(version);
    const count = (this.#counts.get(key) ?? 0) + change;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }
}
