import type { OwnerReference } from '@pg8s/k8s-proto/object';
import { ApiError, isConflict, isNotFound } from '../../runtime/client/api-error.ts';
import type { ApiObject } from '../../runtime/client/api-object.ts';
import type { DeleteOptions } from '../../runtime/client/client.ts';
import { supports } from '../../runtime/client/discovery.ts';
import { groupResourceOf } from '../../runtime/client/resource.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import {
  type Attention,
  DependencyGraph,
  foregroundFinalizer,
  type GraphNode,
  orphanFinalizer,
} from './dependency-graph.ts';
import { type Classified, decide } from './deletion-decision.ts';
import { Monitors } from '../../runtime/cache/monitors.ts';
import { OwnerStates } from './owner-states.ts';

const conflictRetries = 5;
/** Events have no owners and no dependents, and are many (Kubernetes: `DefaultIgnoredResources`). */
const ignored = new Set(['events', 'events.events.k8s.io']);

/**
 * Deletes objects all of whose owners are gone, and carries out foreground deletion and orphaning
 * (Kubernetes: `pkg/controller/garbagecollector`). The graph says which objects to examine; before anything
 * is deleted, the API confirms that its owners are absent. The deletion is conditional on the object's
 * version in the graph, which saves a request for each object (kube-controller-manager reads the object
 * first).
 */
export class GarbageCollector implements Worker {
  readonly #context: ControllerContext;
  readonly #graph = new DependencyGraph();
  readonly #deleter: Controller;
  readonly #orphaner: Controller;
  readonly #monitors: Monitors;
  readonly #ownerStates: OwnerStates;

  constructor(context: ControllerContext, { workers }: { workers: number }) {
    this.#context = context;
    this.#deleter = createController(context, {
      name: 'garbage_collector_attempt_to_delete',
      workers,
      sync: (uid) => this.#examine(uid),
    });
    this.#orphaner = createController(context, {
      name: 'garbage_collector_attempt_to_orphan',
      workers,
      sync: (uid) => this.#orphan(uid),
    });
    this.#monitors = new Monitors(context, {
      wants: (resource) =>
        supports(resource, 'delete', 'list', 'watch') && !ignored.has(groupResourceOf(resource)),
      observe: (resource, object) => this.#enqueue(this.#graph.observe(resource, object)),
      remove: ({ metadata }) => this.#enqueue(this.#graph.remove(metadata.uid ?? '')),
      forget: (resource) => this.#graph.forget(resource),
    });
    this.#ownerStates = new OwnerStates(context, this.#graph, (reference) =>
      this.#monitors.resourceOf(reference),
    );
  }

  start(): void {
    this.#monitors.start();
    this.#deleter.start();
    this.#orphaner.start();
  }

  async stop(): Promise<void> {
    await this.#monitors.stop();
    await Promise.all([this.#deleter.stop(), this.#orphaner.stop()]);
  }

  #enqueue({ examine, orphan }: Attention): void {
    for (const uid of examine) this.#deleter.queue.add(uid);
    for (const uid of orphan) this.#orphaner.queue.add(uid);
  }

  /** Deletes an object, or removes references to owners that are gone, if its owners ask for it. */
  async #examine(uid: string): Promise<void> {
    await this.#monitors.synced();
    const node = this.#graph.get(uid);
    if (!node || (node.beingDeleted && !node.deletingDependents)) return;
    if (node.deletingDependents) return this.#finishForeground(node);
    // The usual case, most of all after a start: every owner is there.
    if (node.owners.every((owner) => this.#graph.ownerIsAlive(node, owner))) return;
    if (node.owners.length === 0) return;
    const classified = await this.#ownerStates.classify(node);
    const decision = decide(classified, node.finalizers, this.#graph.dependentsOf(uid).length > 0);
    if (decision.action === 'unlink') await this.#unlink(node, decision.owners);
    if (decision.action === 'delete') await this.#delete(node, classified, decision.policy);
    // An owner that no informer shows has to be read again.
    if (decision.action === 'keep' && classified.solid.some((owner) => !this.#graph.get(owner.uid)))
      this.#deleter.queue.addRateLimited(uid);
  }

  async #orphan(uid: string): Promise<void> {
    await this.#monitors.synced();
    const node = this.#graph.get(uid);
    if (!node?.orphaning) return;
    await Promise.all(this.#graph.dependentsOf(uid).map((dependent) => this.#unlink(dependent, [uid])));
    await this.#removeFinalizer(node, orphanFinalizer);
  }

  /** Lets an owner go when nothing blocks it any more, else examines what does. */
  async #finishForeground(node: GraphNode): Promise<void> {
    const blocking = this.#graph.blocking(node.uid);
    if (blocking.length === 0) return this.#removeFinalizer(node, foregroundFinalizer);
    for (const dependent of blocking)
      if (!dependent.deletingDependents) this.#deleter.queue.add(dependent.uid);
  }

  async #delete(
    node: GraphNode,
    { waiting }: Classified,
    propagationPolicy: NonNullable<DeleteOptions['propagationPolicy']>,
  ): Promise<void> {
    if (waiting.length > 0 && propagationPolicy === 'Foreground') await this.#breakCircle(node);
    const { resource, namespace, name, uid, resourceVersion } = node;
    // The version too: the object must still be what the graph shows of it, for a new owner may have been
    // added. After a conflict the object is examined again, a little later, when the graph shows the change.
    const preconditions = { uid, resourceVersion };
    try {
      await this.#context.client.delete(resource, { namespace, name }, { propagationPolicy, preconditions });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#enqueue(this.#graph.remove(uid));
    }
  }

  /** Objects that own each other in a circle would wait for each other for ever. */
  async #breakCircle(node: GraphNode): Promise<void> {
    if (!this.#graph.dependentsOf(node.uid).some(({ deletingDependents }) => deletingDependents)) return;
    const unblocked = node.owners.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
    await this.#patchOwners(node, { strategic: unblocked, all: () => unblocked });
  }

  /** Removes references to owners, by their uids. */
  async #unlink(node: GraphNode, owners: readonly string[]): Promise<void> {
    await this.#patchOwners(node, {
      strategic: owners.map((uid) => ({ $patch: 'delete', uid })),
      all: (references) => references.filter(({ uid }) => !owners.includes(uid)),
    });
  }

  /** Built-in kinds take strategic merge patches, which cause no conflicts; custom ones do not. */
  async #patchOwners(
    node: GraphNode,
    change: { strategic: unknown[]; all(references: readonly OwnerReference[]): OwnerReference[] },
  ): Promise<void> {
    const { client } = this.#context;
    const { resource, namespace, name, uid } = node;
    const body = { metadata: { uid, ownerReferences: change.strategic } };
    try {
      await client.patch(resource, { namespace, name, type: 'strategic', body });
    } catch (error) {
      if (isNotFound(error)) return;
      if (!(error instanceof ApiError) || error.code !== 415) throw error;
      const latest = await this.#getLatest(node);
      if (!latest) return;
      const { resourceVersion, ownerReferences = [] } = latest.metadata;
      const metadata = { uid, resourceVersion, ownerReferences: change.all(ownerReferences) };
      await client.patch(resource, { namespace, name, type: 'merge', body: { metadata } });
    }
  }

  async #removeFinalizer(node: GraphNode, finalizer: string): Promise<void> {
    const { resource, namespace, name, uid } = node;
    for (let attempt = 1; ; attempt++) {
      const latest = await this.#getLatest(node);
      const finalizers = latest?.metadata.finalizers ?? [];
      if (!latest || !finalizers.includes(finalizer)) return;
      const { resourceVersion } = latest.metadata;
      const metadata = { uid, resourceVersion, finalizers: finalizers.filter((one) => one !== finalizer) };
      try {
        await this.#context.client.patch(resource, { namespace, name, type: 'merge', body: { metadata } });
        return;
      } catch (error) {
        if (isNotFound(error)) return;
        if (!isConflict(error) || attempt === conflictRetries) throw error;
      }
    }
  }

  /** The object as the API has it; undefined where it is gone, or another object has the name. */
  async #getLatest({ resource, namespace, name, uid }: GraphNode): Promise<ApiObject | undefined> {
    try {
      const latest = await this.#context.client.get(resource, { namespace, name }, { metadataOnly: true });
      return latest.metadata.uid === uid ? latest : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}
