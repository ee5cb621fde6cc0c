import type { OwnerReference } from '@pg8s/k8s-proto/object';
import { ApiError, isConflict, isNotFound } from '../../runtime/client/api-error.ts';
import type { ApiObject } from '../../runtime/client/api-object.ts';
import { BoundedMap } from '../../runtime/bounded-map.ts';
import type { DeleteOptions } from '../../runtime/client/client.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import { apiVersionOf } from '../../runtime/client/resource.ts';
import {
  type Attention,
  DependencyGraph,
  foregroundFinalizer,
  type GraphNode,
  orphanFinalizer,
} from './dependency-graph.ts';
import { Monitors } from './monitors.ts';

const rememberedAbsentOwners = 500;
const conflictRetries = 5;

/** What becomes of an object, by the state of its owners. */
export interface Classified {
  /** Exist, and do not wait for their dependents. */
  solid: OwnerReference[];
  /** Do not exist. */
  dangling: OwnerReference[];
  /** Are deleted in the foreground, and wait for this object among others. */
  waiting: OwnerReference[];
}

export type Verdict =
  | { action: 'keep' }
  | { action: 'unlink'; owners: string[] }
  | { action: 'delete'; policy: 'Foreground' | 'Background' | 'Orphan' };

/** Decides what becomes of an object that has owners (Kubernetes: `attemptToDeleteItem`). */
export function judge(
  { solid, dangling, waiting }: Classified,
  finalizers: readonly string[],
  hasDependents: boolean,
): Verdict {
  if (solid.length > 0) {
    const owners = [...dangling, ...waiting].map(({ uid }) => uid);
    return owners.length === 0 ? { action: 'keep' } : { action: 'unlink', owners };
  }
  // The owner waits until all below are gone: so must this one.
  if (waiting.length > 0 && hasDependents) return { action: 'delete', policy: 'Foreground' };
  if (finalizers.includes(orphanFinalizer)) return { action: 'delete', policy: 'Orphan' };
  if (finalizers.includes(foregroundFinalizer)) return { action: 'delete', policy: 'Foreground' };
  return { action: 'delete', policy: 'Background' };
}

/**
 * Deletes what lost all its owners, and carries out foreground deletion and orphaning (Kubernetes: `pkg/controller/garbagecollector`).
 * The graph says where to look; before anything is deleted, the API confirms the absence of its owners. That the object itself is
 * as the graph shows it, the deletion makes its condition, which spares a request for each object (kube-controller-manager asks first).
 */
export function createGarbageCollector(context: ControllerContext, { workers }: { workers: number }): Worker {
  const { client, recorder } = context;
  const graph = new DependencyGraph();
  const absent = new BoundedMap<string, true>(rememberedAbsentOwners);
  const deleter = createController(context, {
    name: 'garbage_collector_attempt_to_delete',
    workers,
    sync: examine,
  });
  const orphaner = createController(context, {
    name: 'garbage_collector_attempt_to_orphan',
    workers,
    sync: orphan,
  });
  const monitors = new Monitors(context, {
    observe: (resource, object) => attend(graph.observe(resource, object)),
    remove: ({ metadata }) => attend(graph.remove(metadata.uid ?? '')),
    forget: (resource) => graph.forget(resource),
  });

  function attend({ examine, orphan }: Attention): void {
    for (const uid of examine) deleter.queue.add(uid);
    for (const uid of orphan) orphaner.queue.add(uid);
  }

  async function examine(uid: string): Promise<void> {
    await monitors.synced();
    const node = graph.get(uid);
    if (!node || (node.beingDeleted && !node.deletingDependents)) return;
    if (node.deletingDependents) return finishForeground(node);
    // The usual case, at a start most of all: every owner is there.
    if (node.owners.every((owner) => graph.ownerIsAlive(node, owner))) return;

    const { owners, finalizers, resourceVersion } = node;
    if (owners.length === 0) return;
    const classified = await classify(node, owners);
    const verdict = judge(classified, finalizers, graph.dependentsOf(uid).length > 0);
    if (verdict.action === 'unlink') await unlink(node, verdict.owners);
    if (verdict.action === 'delete') {
      if (classified.waiting.length > 0 && verdict.policy === 'Foreground') await breakCircle(node, owners);
      await remove(node, { resourceVersion, policy: verdict.policy });
    }
    // An owner that no informer shows has to be asked for again.
    if (verdict.action === 'keep' && classified.solid.some((owner) => !graph.get(owner.uid)))
      deleter.queue.addRateLimited(uid);
  }

  /** The object itself, if it is still the one we know. */
  async function getLatest({ resource, namespace, name, uid }: GraphNode): Promise<ApiObject | undefined> {
    try {
      const latest = await client.get(resource, { namespace, name }, { metadataOnly: true });
      return latest.metadata.uid === uid ? latest : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async function classify(node: GraphNode, owners: readonly OwnerReference[]): Promise<Classified> {
    const classified: Classified = { solid: [], dangling: [], waiting: [] };
    for (const reference of owners) {
      const state = await stateOf(node, reference);
      classified[state].push(reference);
    }
    return classified;
  }

  async function stateOf(node: GraphNode, reference: OwnerReference): Promise<keyof Classified> {
    const resource = monitors.resourceOf(reference);
    if (!resource)
      throw new Error(`unable to get REST mapping for ${reference.apiVersion}/${reference.kind}.`);
    if (resource.namespaced && node.namespace === '') {
      report(node, reference);
      // No namespaced object can own a cluster-wide one; what is meant we cannot know.
      return 'solid';
    }
    const namespace = resource.namespaced ? node.namespace : '';
    const { name, uid } = reference;
    const key = [apiVersionOf(resource), resource.kind, namespace, name, uid].join('\n');
    if (absent.get(key)) return 'dangling';
    try {
      const { metadata } = await client.get(resource, { namespace, name }, { metadataOnly: true });
      if (metadata.uid === uid) {
        const waits = metadata.deletionTimestamp && metadata.finalizers?.includes(foregroundFinalizer);
        return waits ? 'waiting' : 'solid';
      }
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    const elsewhere = graph.get(uid);
    if (elsewhere && elsewhere.namespace !== '' && elsewhere.namespace !== node.namespace)
      report(node, reference);
    absent.set(key, true);
    return 'dangling';
  }

  function report({ resource, namespace, name, uid }: GraphNode, owner: OwnerReference): void {
    const identity = `[${owner.apiVersion}/${owner.kind}, namespace: ${namespace}, name: ${owner.name}, uid: ${owner.uid}]`;
    const about = {
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      metadata: { namespace, name, uid },
    };
    const message = `ownerRef ${identity} does not exist in namespace "${namespace}"`;
    recorder.event(about, { type: 'Warning', reason: 'OwnerRefInvalidNamespace', message });
  }

  /** Lets an owner go when nothing blocks it any more, else hurries what does. */
  async function finishForeground(node: GraphNode): Promise<void> {
    const blocking = graph.blocking(node.uid);
    if (blocking.length === 0) return removeFinalizer(node, foregroundFinalizer);
    for (const dependent of blocking) if (!dependent.deletingDependents) deleter.queue.add(dependent.uid);
  }

  /** Objects that own each other in a circle would wait for each other for ever. */
  async function breakCircle(node: GraphNode, owners: readonly OwnerReference[]): Promise<void> {
    if (!graph.dependentsOf(node.uid).some(({ deletingDependents }) => deletingDependents)) return;
    const unblocked = owners.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
    await patchOwners(node, { strategic: unblocked, all: () => unblocked });
  }

  async function unlink(node: GraphNode, owners: readonly string[]): Promise<void> {
    await patchOwners(node, {
      strategic: owners.map((uid) => ({ $patch: 'delete', uid })),
      all: (references) => references.filter(({ uid }) => !owners.includes(uid)),
    });
  }

  /** Built-in kinds know strategic merge patches, which conflict with nobody; custom ones do not. */
  async function patchOwners(
    node: GraphNode,
    change: { strategic: unknown[]; all(references: readonly OwnerReference[]): OwnerReference[] },
  ): Promise<void> {
    const { resource, namespace, name, uid } = node;
    const body = { metadata: { uid, ownerReferences: change.strategic } };
    try {
      await client.patch(resource, { namespace, name, type: 'strategic', body });
    } catch (error) {
      if (isNotFound(error)) return;
      if (!(error instanceof ApiError) || error.code !== 415) throw error;
      const latest = await getLatest(node);
      if (!latest) return;
      const { resourceVersion, ownerReferences = [] } = latest.metadata;
      const metadata = { uid, resourceVersion, ownerReferences: change.all(ownerReferences) };
      await client.patch(resource, { namespace, name, type: 'merge', body: { metadata } });
    }
  }

  async function remove(
    { resource, namespace, name, uid }: GraphNode,
    {
      resourceVersion,
      policy,
    }: { resourceVersion: string; policy: NonNullable<DeleteOptions['propagationPolicy']> },
  ): Promise<void> {
    try {
      // The version too: the object must still be what the graph shows of it, a new owner may have come. A conflict
      // brings us here again, after a while in which the graph learns of it.
      const preconditions = { uid, resourceVersion };
      await client.delete(resource, { namespace, name }, { propagationPolicy: policy, preconditions });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      attend(graph.remove(uid));
    }
  }

  async function removeFinalizer(node: GraphNode, finalizer: string): Promise<void> {
    const { resource, namespace, name, uid } = node;
    for (let attempt = 1; ; attempt++) {
      const latest = await getLatest(node);
      const finalizers = latest?.metadata.finalizers ?? [];
      if (!latest || !finalizers.includes(finalizer)) return;
      const { resourceVersion } = latest.metadata;
      const metadata = { uid, resourceVersion, finalizers: finalizers.filter((one) => one !== finalizer) };
      try {
        await client.patch(resource, { namespace, name, type: 'merge', body: { metadata } });
        return;
      } catch (error) {
        if (isNotFound(error)) return;
        if (!isConflict(error) || attempt === conflictRetries) throw error;
      }
    }
  }

  async function orphan(uid: string): Promise<void> {
    await monitors.synced();
    const node = graph.get(uid);
    if (!node?.orphaning) return;
    await Promise.all(graph.dependentsOf(uid).map((dependent) => unlink(dependent, [uid])));
    await removeFinalizer(node, orphanFinalizer);
  }

  return {
    start() {
      monitors.start();
      deleter.start();
      orphaner.start();
    },
    async stop() {
      await monitors.stop();
      await Promise.all([deleter.stop(), orphaner.stop()]);
    },
  };
}
