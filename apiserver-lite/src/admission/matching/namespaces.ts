import type { V1Namespace } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { DeepReadonly } from '../../storage/follow/deep-readonly.ts';
import type { FollowedResource, SharedInformers } from '../../storage/follow/shared-informers.ts';
import type { Labels } from '../../selectors/label-selector.ts';
import type { AdmissionAttributes } from '../attributes.ts';
import type { PluginDependencies } from '../plugin.ts';
import type { CompiledSelector } from './compiled-selector.ts';

type FollowedNamespace = DeepReadonly<V1Namespace & KubeObject>;

/** What of a request decides which namespace it is in. */
type NamespacedRequest = Pick<
  AdmissionAttributes,
  'operation' | 'resource' | 'subresource' | 'namespace' | 'object'
>;

/**
 * The namespaces that requests are in, followed from the first question on (Kubernetes:
 * `webhook/predicates/namespace.Matcher`).
 */
export class Namespaces {
  readonly #informers: SharedInformers;
  readonly #storageOf: PluginDependencies['storageOf'];
  #followed: FollowedResource<V1Namespace & KubeObject> | undefined;

  constructor({ informers, storageOf }: Pick<PluginDependencies, 'informers' | 'storageOf'>) {
    this.#informers = informers;
    this.#storageOf = storageOf;
  }

  /** Begins to follow. Resolves when all that exist are known. */
  follow(): Promise<void> {
    return this.#follow().synced;
  }

  /**
   * A namespace. One that is not known is asked for in the store: another server may have just created it.
   * Rejects with a 404 where there is none.
   */
  async get(name: string): Promise<FollowedNamespace> {
    const followed = this.#follow();
    if (!followed.hasSynced) await followed.synced;
    const known = followed.get('', name);
    if (known !== undefined) return known;
    const { object } = await this.#storageOf('', 'namespaces').get({ namespace: '', name }, '');
    return object as FollowedNamespace;
  }

  /**
   * Whether a namespace selector is about a request. What is in no namespace is always selected; a Namespace
   * that is created or changed is selected by the labels that it is to have. Rejects with a 404 for a
   * namespace that does not exist.
   */
  selects(selector: CompiledSelector, request: NamespacedRequest): boolean | Promise<boolean> {
    const { operation, resource, subresource, namespace, object } = request;
    if (selector.matchesAll) return true;
    const isNamespace = resource.resource === 'namespaces';
    if (namespace === '' && !isNamespace) return true;
    if (isNamespace && subresource === '' && (operation === 'CREATE' || operation === 'UPDATE')) {
      return selector.matches(object?.metadata.labels);
    }
    const known = this.#followed?.get('', namespace);
    if (known !== undefined) return selector.matches(known.metadata.labels as Labels);
    return this.get(namespace).then(({ metadata }) => selector.matches(metadata.labels as Labels));
  }

  #follow(): FollowedResource<V1Namespace & KubeObject> {
    return (this.#followed ??= this.#informers.follow({ group: '', resource: 'namespaces' }));
  }
}
