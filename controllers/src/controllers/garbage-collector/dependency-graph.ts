import type { OwnerReference } from '@pg8s/k8s-proto/object';
import type { ApiObject } from '../../runtime/client/api-object.ts';
import { apiVersionOf, type Resource } from '../../runtime/client/resource.ts';

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

/** One object that exists, as far as the caches show. */
export interface GraphNode {
  uid: string;
  resource: Resource;
  namespace: string;
  name: string;
  /** The version in which all of this was seen. */
  resourceVersion: string;
  owners: readonly OwnerReference[];
  finalizers: readonly string[];
  beingDeleted: boolean;
  /** Being deleted, and waiting for the objects that it owns. */
  deletingDependents: boolean;
  orphaning: boolean;
}

/** The objects to look at after a change of the graph, by uid. */
export interface Attention {
  /** May have to be deleted, or to lose a finalizer. */
  examine: Set<string>;
  /** Waits for its dependents to be orphaned. */
  orphan: Set<string>;
}

/**
 * The owners and dependents of all objects, by uid (Kubernetes: `garbagecollector.GraphBuilder`).
 *
 *     Deployment d ◂── ReplicaSet r ◂── Pod p      p.owners = [r], dependents(r) = {p}
 *
 * Dependents are indexed by the owner's uid whether or not the owner is known: an object may be seen before
 * its owner, or after its owner is gone. An object with an unknown owner is examined, and the examination
 * reads the owner from the API.
 */
export class DependencyGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #dependents = new Map<string, Set<GraphNode>>();

  get size(): number {
    return this.#nodes.size;
  }

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  dependentsOf(uid: string): GraphNode[] {
    return [...(this.#dependents.get(uid) ?? [])];
  }

  /** An object was added or changed. */
  observe(resource: Resource, object: ApiObject): Attention {
    const attention: Attention = { examine: new Set(), orphan: new Set() };
    const before = this.#nodes.get(object.metadata.uid ?? '');
    const node = nodeOf(resource, object);
    if (before) {
      this.#unlink(before);
      for (const uid of unblocked(before.owners, node.owners)) attention.examine.add(uid);
    }
    this.#nodes.set(node.uid, node);
    for (const { uid } of node.owners) {
      const dependents = this.#dependents.get(uid);
      if (dependents) dependents.add(node);
      else this.#dependents.set(uid, new Set([node]));
    }

    const isNewOwner = ({ uid }: OwnerReference) => !before?.owners.some((owner) => owner.uid === uid);
    const added = node.owners.filter(isNewOwner);
    if (added.some((owner) => !this.ownerIsAlive(node, owner))) attention.examine.add(node.uid);
    // They were seen before their owner: their references may not match it.
    if (!before)
      for (const dependent of this.#dependents.get(node.uid) ?? []) {
        const reference = dependent.owners.find(({ uid }) => uid === node.uid);
        if (reference && !this.ownerIsAlive(dependent, reference)) attention.examine.add(dependent.uid);
      }

    if (node.orphaning && !before?.orphaning) attention.orphan.add(node.uid);
    else if (node.deletingDependents && !before?.deletingDependents) {
      attention.examine.add(node.uid);
      for (const dependent of this.#dependents.get(node.uid) ?? []) attention.examine.add(dependent.uid);
    }
    return attention;
  }

  /** An object is gone. */
  remove(uid: string): Attention {
    const attention: Attention = { examine: new Set(), orphan: new Set() };
    const node = this.#nodes.get(uid);
    if (!node) return attention;
    this.#nodes.delete(uid);
    this.#unlink(node);
    for (const dependent of this.#dependents.get(uid) ?? []) attention.examine.add(dependent.uid);
    for (const owner of node.owners) {
      if (this.#nodes.get(owner.uid)?.deletingDependents) attention.examine.add(owner.uid);
    }
    return attention;
  }

  /** Forgets all objects of a resource that is no longer served. */
  forget(resource: Resource): void {
    for (const node of this.#nodes.values()) {
      if (node.resource.group !== resource.group || node.resource.name !== resource.name) continue;
      this.#nodes.delete(node.uid);
      this.#unlink(node);
    }
  }

  /**
   * Whether the owner was seen exactly as the reference names it, and does not wait for its dependents to go.
   */
  ownerIsAlive(node: GraphNode, reference: OwnerReference): boolean {
    const owner = this.#nodes.get(reference.uid);
    return owner !== undefined && isNamedBy(owner, reference, node.namespace) && !owner.deletingDependents;
  }

  /** The dependents that the owner has to wait for. */
  blocking(uid: string): GraphNode[] {
    return this.dependentsOf(uid).filter((dependent) =>
      dependent.owners.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true),
    );
  }

  #unlink(node: GraphNode): void {
    for (const { uid } of node.owners) {
      const dependents = this.#dependents.get(uid);
      dependents?.delete(node);
      if (dependents?.size === 0) this.#dependents.delete(uid);
    }
  }
}

function nodeOf(resource: Resource, { metadata }: ApiObject): GraphNode {
  const beingDeleted = metadata.deletionTimestamp !== undefined;
  const finalizers = metadata.finalizers ?? [];
  return {
    uid: metadata.uid ?? '',
    resource,
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    owners: metadata.ownerReferences ?? [],
    finalizers,
    beingDeleted,
    deletingDependents: beingDeleted && finalizers.includes(foregroundFinalizer),
    orphaning: beingDeleted && finalizers.includes(orphanFinalizer),
  };
}

/** The version may differ: an owner is watched in one of the versions that it is served in. */
function isNamedBy(owner: GraphNode, reference: OwnerReference, namespace: string): boolean {
  const group = (text: string) => (text.includes('/') ? text.slice(0, text.indexOf('/')) : '');
  return (
    owner.name === reference.name &&
    owner.resource.kind === reference.kind &&
    group(apiVersionOf(owner.resource)) === group(reference.apiVersion) &&
    (owner.namespace === '' || owner.namespace === namespace)
  );
}

/** Owners that are no longer blocked after a change of references. */
function unblocked(before: readonly OwnerReference[], after: readonly OwnerReference[]): string[] {
  return before
    .filter(({ blockOwnerDeletion }) => blockOwnerDeletion === true)
    .filter(({ uid }) => after.find((owner) => owner.uid === uid)?.blockOwnerDeletion !== true)
    .map(({ uid }) => uid);
}
