import type { OwnerReference } from '@pg8s/k8s-proto/object';
import { isNotFound } from '../../runtime/client/api-error.ts';
import type { ApiObject } from '../../runtime/client/api-object.ts';
import type { Informer } from '../../runtime/cache/informer.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { controllerOf, refersTo } from '../../runtime/workload/controller-ref.ts';
import { discover } from '../../runtime/client/discovery.ts';
import {
  deployments,
  parseGroupVersion,
  replicaSets,
  replicationControllers,
  type Resource,
  statefulSets,
} from '../../runtime/client/resource.ts';

/** How many Pods a workload wants, and its uid. */
export interface WorkloadScale {
  uid: string;
  replicas: number;
}

interface Scale extends ApiObject {
  spec?: { replicas?: number };
}

/** Finds how many Pods the controller of a Pod wants; undefined where that controller is gone. */
export type FindScale = (reference: OwnerReference, namespace: string) => Promise<WorkloadScale | undefined>;

const builtIn = [replicationControllers, deployments, replicaSets, statefulSets] as Resource<Scale>[];

/**
 * The scales of workloads: of the built-in ones from the caches, of others by their `scale` subresource
 * (Kubernetes: `DisruptionController.finders`).
 */
export class WorkloadScales {
  readonly #client: Client;
  readonly #caches: readonly Informer<Scale>[];

  constructor({ client, informers }: Pick<ControllerContext, 'client' | 'informers'>) {
    this.#client = client;
    this.#caches = builtIn.map((resource) => informers.of(resource));
  }

  /** See `FindScale`. Rejects where the kind is unknown or has no scale. */
  async find(reference: OwnerReference, namespace: string): Promise<WorkloadScale | undefined> {
    const deployment = this.#deploymentOf(reference, namespace);
    const workload = deployment ?? reference;
    return builtIn.some((resource) => refersTo(workload, resource))
      ? this.#cached(workload, namespace)
      : this.#read(workload, namespace);
  }

  #cached(reference: OwnerReference, namespace: string): WorkloadScale | undefined {
    const cache = this.#caches.find(({ resource }) => refersTo(reference, resource));
    const found = cache?.store.get(`${namespace}/${reference.name}`);
    if (found?.metadata.uid !== reference.uid) return undefined;
    return { uid: reference.uid, replicas: found.spec?.replicas ?? 1 };
  }

  /** A ReplicaSet of a Deployment wants what the Deployment wants of all its ReplicaSets together. */
  #deploymentOf(reference: OwnerReference, namespace: string): OwnerReference | undefined {
    if (!refersTo(reference, replicaSets)) return undefined;
    const cache = this.#caches.find(({ resource }) => refersTo(reference, resource));
    const set = cache?.store.get(`${namespace}/${reference.name}`);
    if (set?.metadata.uid !== reference.uid) return undefined;
    const owner = controllerOf(set);
    return owner !== undefined && refersTo(owner, deployments) ? owner : undefined;
  }

  async #read(reference: OwnerReference, namespace: string): Promise<WorkloadScale | undefined> {
    const { name, kind, uid } = reference;
    const resource = await this.#discover(reference);
    try {
      const scale = await this.#client.get(resource, { namespace, name }, { subresource: 'scale' });
      return scale.metadata.uid === uid ? { uid, replicas: scale.spec?.replicas ?? 0 } : undefined;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    // Either the object is gone, or its kind has no scale.
    if (!(await this.#exists(resource, { namespace, name }))) return undefined;
    throw new Error(`${kind} does not implement the scale subresource`);
  }

  async #discover({ apiVersion, kind }: OwnerReference): Promise<Resource<Scale>> {
    const { group, version } = parseGroupVersion(apiVersion);
    const { resources } = await discover(this.#client);
    const resource = resources.find(
      (each) => each.group === group && each.version === version && each.kind === kind,
    );
    if (resource !== undefined) return resource as Resource<Scale>;
    throw new Error(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
  }

  async #exists(resource: Resource, ref: { namespace: string; name: string }): Promise<boolean> {
    try {
      await this.#client.get(resource, ref);
      return true;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return false;
    }
  }
}
