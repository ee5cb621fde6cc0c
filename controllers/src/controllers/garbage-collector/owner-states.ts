import type { OwnerReference } from '@pg8s/k8s-proto/object';
import { BoundedMap } from '../../runtime/bounded-map.ts';
import { isNotFound } from '../../runtime/client/api-error.ts';
import { apiVersionOf, type Resource } from '../../runtime/client/resource.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import type { Classified } from './deletion-decision.ts';
import { type DependencyGraph, foregroundFinalizer, type GraphNode } from './dependency-graph.ts';

const maxAbsentOwners = 500;

/** Reads the states of owners from the API, and remembers those that are absent. */
export class OwnerStates {
  readonly #context: Pick<ControllerContext, 'client' | 'recorder'>;
  readonly #graph: DependencyGraph;
  readonly #resourceOf: (reference: OwnerReference) => Resource | undefined;
  readonly #absent = new BoundedMap<string, true>(maxAbsentOwners);

  /** `resourceOf` gives the resource of a reference's kind; undefined while it is not known. */
  constructor(
    context: Pick<ControllerContext, 'client' | 'recorder'>,
    graph: DependencyGraph,
    resourceOf: (reference: OwnerReference) => Resource | undefined,
  ) {
    this.#context = context;
    this.#graph = graph;
    this.#resourceOf = resourceOf;
  }

  /** Sorts the owners of an object by their states. Rejects where a state cannot be read. */
  async classify(node: GraphNode): Promise<Classified> {
    const classified: Classified = { solid: [], dangling: [], waiting: [] };
    for (const reference of node.owners) classified[await this.#stateOf(node, reference)].push(reference);
    return classified;
  }

  async #stateOf(node: GraphNode, reference: OwnerReference): Promise<keyof Classified> {
    const resource = this.#resourceOf(reference);
    if (!resource)
      throw new Error(`unable to get REST mapping for ${reference.apiVersion}/${reference.kind}.`);
    if (resource.namespaced && node.namespace === '') {
      this.#reportWrongNamespace(node, reference);
      // A namespaced object cannot own a cluster-scoped one; which object is meant is unknown.
      return 'solid';
    }
    const namespace = resource.namespaced ? node.namespace : '';
    const { name, uid } = reference;
    const key = [apiVersionOf(resource), resource.kind, namespace, name, uid].join('\n');
    if (this.#absent.get(key)) return 'dangling';
    const present = await this.#read(resource, namespace, reference);
    if (present !== undefined) return present;
    const elsewhere = this.#graph.get(uid);
    if (elsewhere && elsewhere.namespace !== '' && elsewhere.namespace !== node.namespace)
      this.#reportWrongNamespace(node, reference);
    this.#absent.set(key, true);
    return 'dangling';
  }

  /** The state of an owner that the API has; undefined where it is gone, or another object has the name. */
  async #read(
    resource: Resource,
    namespace: string,
    { name, uid }: OwnerReference,
  ): Promise<'waiting' | 'solid' | undefined> {
    try {
      const { metadata } = await this.#context.client.get(
        resource,
        { namespace, name },
        { metadataOnly: true },
      );
      if (metadata.uid !== uid) return undefined;
      const waits = metadata.deletionTimestamp && metadata.finalizers?.includes(foregroundFinalizer);
      return waits ? 'waiting' : 'solid';
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return undefined;
    }
  }

  #reportWrongNamespace({ resource, namespace, name, uid }: GraphNode, owner: OwnerReference): void {
    const identity = `[${owner.apiVersion}/${owner.kind}, namespace: ${namespace}, name: ${owner.name}, uid: ${owner.uid}]`;
    const about = {
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      metadata: { namespace, name, uid },
    };
    const message = `ownerRef ${identity} does not exist in namespace "${namespace}"`;
    this.#context.recorder.event(about, { type: 'Warning', reason: 'OwnerRefInvalidNamespace', message });
  }
}
