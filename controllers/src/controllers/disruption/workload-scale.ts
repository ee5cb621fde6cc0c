import type { OwnerReference } from '@pg8s/k8s-proto/object';
import { isNotFound } from '../../runtime/client/api-error.ts';
import type { ApiObject } from '../../runtime/client/api-object.ts';
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

/** How many Pods a workload wants, and who it is. */
export interface WorkloadScale {
  uid: string;
  replicas: number;
}

interface Scale extends ApiObject {
  spec?: { replicas?: number };
}

/** Tells what the controller of a Pod wants; undefined where it is not there (any more). */
export type FindScale = (reference: OwnerReference, namespace: string) => Promise<WorkloadScale | undefined>;

/**
 * Finds the scale of any workload: of the built-in ones in the caches, of others by their `scale` subresource (Kubernetes:
 * `DisruptionController.finders`). Rejects where a kind has none.
 */
export function workloadScales({ client, informers }: ControllerContext): FindScale {
  const known = [replicationControllers, deployments, replicaSets, statefulSets] as Resource<Scale>[];
  const caches = known.map((resource) => informers.of(resource));
  const [, allDeployments, allReplicaSets] = caches;

  function cached(reference: OwnerReference, namespace: string): WorkloadScale | undefined {
    for (const { resource, store } of caches) {
      if (!refersTo(reference, resource)) continue;
      const found = store.get(`${namespace}/${reference.name}`);
      if (found?.metadata.uid !== reference.uid) return undefined;
      return { uid: reference.uid, replicas: found.spec?.replicas ?? 1 };
    }
    return undefined;
  }

  /** A ReplicaSet of a Deployment wants what the Deployment wants, all its ReplicaSets together. */
  function deploymentOf(reference: OwnerReference, namespace: string): OwnerReference | undefined {
    if (!refersTo(reference, replicaSets)) return undefined;
    const set = allReplicaSets?.store.get(`${namespace}/${reference.name}`);
    if (set?.metadata.uid !== reference.uid) return undefined;
    const owner = controllerOf(set);
    return owner !== undefined && refersTo(owner, deployments) ? owner : undefined;
  }

  async function asked(reference: OwnerReference, namespace: string): Promise<WorkloadScale | undefined> {
    const { group, version } = parseGroupVersion(reference.apiVersion);
    const { resources } = await discover(client);
    const resource = resources.find(
      (each) => each.group === group && each.version === version && each.kind === reference.kind,
    );
    if (resource === undefined) {
      throw new Error(
        `no matches for kind ${JSON.stringify(reference.kind)} in version ${JSON.stringify(reference.apiVersion)}`,
      );
    }
    try {
      const scale = await client.get(
        resource as Resource<Scale>,
        { namespace, name: reference.name },
        { subresource: 'scale' },
      );
      if (scale.metadata.uid !== reference.uid) return undefined;
      return { uid: reference.uid, replicas: scale.spec?.replicas ?? 0 };
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    // The object is not there, or its kind has no scale.
    const live = await client.get(resource, { namespace, name: reference.name }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    if (live === undefined) return undefined;
    throw new Error(`${reference.kind} does not implement the scale subresource`);
  }

  return async (reference, namespace) => {
    const deployment = deploymentOf(reference, namespace);
    if (deployment !== undefined) {
      const found = allDeployments?.store.get(`${namespace}/${deployment.name}`);
      if (found?.metadata.uid !== deployment.uid) return undefined;
      return { uid: deployment.uid, replicas: found.spec?.replicas ?? 1 };
    }
    if (known.some((resource) => refersTo(reference, resource))) return cached(reference, namespace);
    return asked(reference, namespace);
  };
}
