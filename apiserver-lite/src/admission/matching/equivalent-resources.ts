import { apiVersionOf, groupVersionOf, type GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { StatusError } from '../../api-errors/status-error.ts';
import { unknownConversion } from '../../registry/resource-types/unknown-conversion.ts';
import type { ServedResources } from '../../registry/resource-table.ts';
import type { ServedRest } from '../../registry/rest.ts';
import type { GroupVersionResource } from '../attributes.ts';

/** A resource in one of the versions in which it is served, and the kind that it has there. */
export interface EquivalentResource {
  readonly resource: GroupVersionResource;
  readonly kind: GroupVersionKind;
}

/**
 * Which served resources hold the same objects: the versions of a resource, and those of other groups that
 * are stored in the same place, as events are (Kubernetes: `runtime.EquivalentResourceMapper`). What is found
 * is kept until the table of resources changes.
 */
export class EquivalentResources {
  readonly #resources: ServedResources;
  #found: { version: number; byKey: ReadonlyMap<string, readonly EquivalentResource[]> } | undefined;

  constructor(resources: ServedResources) {
    this.#resources = resources;
  }

  /** All of them, in the order of the table; the resource that was asked for is one of them. */
  of(resource: GroupVersionResource, subresource: string): readonly EquivalentResource[] {
    const { group, version } = resource;
    const served = this.#resources.lookup(group, version, resource.resource, subresource);
    return served === undefined ? [] : (this.#byKey().get(keyOf(served)) ?? []);
  }

  /**
   * An object of the resource in the version of an equivalent one; itself where that is its own version.
   * Rejects with what keeps it from being converted.
   */
  async convert(
    object: KubeObject,
    { resource, subresource }: { resource: GroupVersionResource; subresource: string },
    kind: GroupVersionKind,
  ): Promise<KubeObject> {
    const apiVersion = apiVersionOf(kind);
    if (object.apiVersion === apiVersion && object.kind === kind.kind) return object;
    const { group, version } = resource;
    const served = this.#resources.lookup(group, version, resource.resource, subresource);
    if (served === undefined) throw new Error(`${resource.resource} is not served any more`);
    const { types } = served;
    const { kind: ownKind } = served.subresource ?? served.resource;
    if (object.kind !== ownKind && types.codec.unstructured !== true) {
      const actual = { ...groupVersionOf(object.apiVersion), kind: object.kind };
      throw new StatusError(500, undefined, unknownConversion(actual, kind));
    }
    return types.convert(object, apiVersion);
  }

  #byKey(): ReadonlyMap<string, readonly EquivalentResource[]> {
    const { version } = this.#resources;
    if (this.#found?.version !== version) {
      const byKey = new Map<string, EquivalentResource[]>();
      for (const rest of this.#resources.all()) {
        const key = keyOf(rest);
        let equivalents = byKey.get(key);
        if (equivalents === undefined) byKey.set(key, (equivalents = []));
        equivalents.push(equivalentOf(rest));
      }
      this.#found = { version, byKey };
    }
    return this.#found.byKey;
  }
}

function keyOf({ resource, subresource }: ServedRest): string {
  const place = resource.storageKeyPrefix ?? `${resource.group}/${resource.name}`;
  return `${place} ${subresource?.name ?? ''}`;
}

function equivalentOf({ resource, subresource }: ServedRest): EquivalentResource {
  const { group, version, kind } = subresource ?? resource;
  return {
    resource: { group: resource.group, version: resource.version, resource: resource.name },
    kind: { group, version, kind },
  };
}
