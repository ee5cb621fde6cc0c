import { apiVersionOf, type GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import { setJsonField } from '@pg8s/k8s-proto/json-reader';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { AdmissionAttributes } from '../attributes.ts';
import type { EquivalentResources } from './equivalent-resources.ts';
import type { RequestMatch } from './request-matcher.ts';

/** The objects of a request in one version. */
export interface VersionedObjects {
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
}

/**
 * The objects of a request in the versions in which webhooks and policies want to see them, each converted
 * once (Kubernetes: `admission.VersionedAttributes`).
 */
export class VersionedAttributes {
  readonly attributes: AdmissionAttributes;
  readonly #equivalents: EquivalentResources;
  readonly #known = new Map<string, VersionedObjects>();
  /** The version in which the object was changed, as long as the request's own does not have the change. */
  #changed: RequestMatch | undefined;

  constructor(attributes: AdmissionAttributes, equivalents: EquivalentResources) {
    this.attributes = attributes;
    this.#equivalents = equivalents;
  }

  /** Rejects with what keeps an object from being converted. */
  async in(match: RequestMatch): Promise<VersionedObjects> {
    const key = keyOf(match.kind);
    let objects = this.#known.get(key);
    if (objects !== undefined) return objects;
    await this.store();
    const { object, oldObject } = this.attributes;
    objects = {
      object: object && (await this.#convert(object, match.kind)),
      oldObject: oldObject && (await this.#convert(oldObject, match.kind)),
    };
    this.#known.set(key, objects);
    return objects;
  }

  /** As selectors see it: with what was changed so far, in whatever version. */
  get object(): KubeObject | undefined {
    const { object } = this.attributes;
    if (this.#changed === undefined) return object;
    return this.#known.get(keyOf(this.#changed.kind))?.object ?? object;
  }

  /** Puts another object in the place of the one in the version of `match`; the request's own follows. */
  change(match: RequestMatch, object: KubeObject): void {
    const key = keyOf(match.kind);
    const oldObject = this.#known.get(key)?.oldObject;
    this.#known.clear();
    this.#known.set(key, { object, oldObject });
    this.#changed = match;
  }

  /** Gives the request's own object what was changed. Rejects with what keeps it from being converted. */
  async store(): Promise<void> {
    const { attributes } = this;
    const changed = this.#changed;
    const object = changed && this.#known.get(keyOf(changed.kind))?.object;
    if (changed === undefined || object === undefined || attributes.object === undefined) return;
    const { kind, subresource } = attributes;
    const own = await this.#equivalents.convert(object, { resource: changed.resource, subresource }, kind);
    replaceFields(attributes.object, own);
    this.#changed = undefined;
  }

  #convert(object: KubeObject, kind: GroupVersionKind): Promise<KubeObject> {
    return this.#equivalents.convert(object, this.attributes, kind);
  }
}

function keyOf(kind: GroupVersionKind): string {
  return `${apiVersionOf(kind)}/${kind.kind}`;
}

/** Others hold the object of the request: its fields change, not the object that has them. */
function replaceFields(target: KubeObject, source: KubeObject): void {
  if (target === source) return;
  for (const name of Object.keys(target)) if (!Object.hasOwn(source, name)) delete target[name];
  for (const [name, value] of Object.entries(source)) setJsonField(target, name, value);
}
