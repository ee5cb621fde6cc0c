import { apiVersionOf, type GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import { setJsonField } from '@pg8s/k8s-proto/json-reader';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { serviceUnavailable } from '../../../api-errors/status-error.ts';
import type { ServedResources } from '../../../registry/resource-table.ts';
import type { ResourceTypes } from '../../../registry/resource-types/resource-types.ts';
import type { AdmissionAttributes } from '../../attributes.ts';
import type { EquivalentResources } from '../../matching/equivalent-resources.ts';
import type { RequestMatch } from '../../matching/request-matcher.ts';
import { type VersionedObjects, versionedObjects } from '../policy-request.ts';

/** The object of a request in one version, as policies change it. */
export interface ChangedObject extends VersionedObjects {
  object: KubeObject | undefined;
  /** A policy was asked, whether it changed anything or not. */
  isChanged: boolean;
}

/**
 * The object of a request in the versions in which policies want to see it. Each is converted before any
 * policy changes it, and then is changed for itself; the one that was changed last is what counts, as in
 * kube-apiserver.
 */
export class ChangedObjects {
  readonly #attributes: AdmissionAttributes;
  readonly #equivalents: EquivalentResources;
  readonly #resources: ServedResources;
  readonly #objects = new Map<string, ChangedObject>();

  constructor(
    attributes: AdmissionAttributes,
    { equivalents, resources }: { equivalents: EquivalentResources; resources: ServedResources },
  ) {
    this.#attributes = attributes;
    this.#equivalents = equivalents;
    this.#resources = resources;
  }

  /** Rejects with what keeps the object from being converted. */
  async in(match: RequestMatch): Promise<ChangedObject> {
    const key = keyOf(match.kind);
    let objects = this.#objects.get(key);
    if (objects === undefined) {
      const converted = await versionedObjects(this.#attributes, match, this.#equivalents);
      objects = { ...converted, isChanged: false };
      this.#objects.set(key, objects);
    }
    return objects;
  }

  /** What is known of the type of the object in a version. Throws 503 where it is served no more. */
  typesOf({ resource: { group, version, resource }, kind }: RequestMatch): ResourceTypes {
    const served = this.#resources.lookup(group, version, resource, this.#attributes.subresource);
    if (served !== undefined) return served.types;
    throw serviceUnavailable(
      `Resource kind ${kind.group}/${kind.version}, Kind=${kind.kind} not found. There can be a delay between when CustomResourceDefinitions are created and when they are available.`,
    );
  }

  /** Gives the request's own object what was changed in a version. */
  async store(object: KubeObject, { resource, kind }: RequestMatch): Promise<void> {
    const attributes = this.#attributes;
    const target = attributes.object;
    if (target === undefined) return;
    const { subresource } = attributes;
    const converted =
      keyOf(kind) === keyOf(attributes.kind)
        ? object
        : await this.#equivalents.convert(object, { resource, subresource }, attributes.kind);
    // Custom objects are brought into the form of their schema again, once all policies have changed them.
    const { codec } = this.typesOf({ resource: attributes.resource, kind: attributes.kind });
    const own = codec.coerce?.(converted) ?? converted;
    // Others hold the object of the request: its fields change, not the object that has them.
    for (const name of Object.keys(target)) if (!Object.hasOwn(own, name)) delete target[name];
    for (const [name, value] of Object.entries(own)) setJsonField(target, name, value);
  }
}

function keyOf(kind: GroupVersionKind): string {
  return `${apiVersionOf(kind)}/${kind.kind}`;
}
