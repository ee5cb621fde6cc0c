import { ApiError, isConflict, isNotFound } from '../../runtime/client/api-error.ts';
import { type DiscoveredResource, discover, supports } from '../../runtime/client/discovery.ts';
import { type Namespace, namespaces, pods } from '../../runtime/client/resource.ts';
import { parseTime } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { isTerminal } from '../../runtime/workload/pod-state.ts';
import { namespaceConditions, type Progress } from './namespace-conditions.ts';

/** How long an object with a finalizer is expected to take, in seconds. */
const finalizerEstimateSeconds = 15;
/** Resources whose objects are deleted at the same time. */
const concurrentResources = 8;

/** Deletes what is in a namespace (Kubernetes: `namespace/deletion`). */
export class NamespaceContent {
  readonly #context: Pick<ControllerContext, 'client' | 'clock'>;

  constructor(context: Pick<ControllerContext, 'client' | 'clock'>) {
    this.#context = context;
  }

  /**
   * Deletes the content of all resources, and writes to the namespace's conditions how far that got. Returns
   * in how many seconds to look again; 0: nothing is left. Rejects with the first failure after all resources
   * were tried.
   */
  async delete(namespace: Namespace): Promise<number> {
    const progress: Progress = { contentErrors: [], remaining: new Map(), finalizers: new Map() };
    const resources = await this.#discoverDeletable(progress);
    // Pods first: as long as one runs, it may need what else is there, such as its network policies.
    let estimateSeconds = await this.#deleteResources(namespace, resources.filter(isPods), progress);
    if (progress.remaining.size === 0) {
      const others = resources.filter((resource) => !isPods(resource));
      estimateSeconds = Math.max(estimateSeconds, await this.#deleteResources(namespace, others, progress));
    }
    await this.#writeConditions(namespace, progress);
    const failure = progress.contentErrors[0] ?? progress.discoveryError;
    if (failure) throw failure;
    return estimateSeconds;
  }

  async #discoverDeletable(progress: Progress): Promise<DiscoveredResource[]> {
    const { resources, failures } = await discover(this.#context.client);
    if (failures.size > 0) {
      const details = [...failures]
        .map(([groupVersion, error]) => `${groupVersion}: ${error.message}`)
        .join(', ');
      const cause = `unable to retrieve the complete list of server APIs: ${details}`;
      progress.discoveryError = new Error(
        `Discovery failed for some groups, ${failures.size} failing: ${cause}`,
      );
    }
    return resources.filter(
      (resource) => resource.namespaced && resource.preferred && supports(resource, 'delete'),
    );
  }

  /** Deletes the objects of several resources; returns the longest estimate. Failures go to `progress`. */
  async #deleteResources(
    namespace: Namespace,
    resources: readonly DiscoveredResource[],
    progress: Progress,
  ): Promise<number> {
    let longest = 0;
    const next = resources.values();
    const deleteNext = async (): Promise<void> => {
      for (const resource of next) {
        try {
          longest = Math.max(longest, await this.#deleteResource(namespace, resource, progress));
        } catch (error) {
          progress.contentErrors.push(error instanceof Error ? error : new Error(String(error)));
        }
      }
    };
    await Promise.all(Array.from({ length: concurrentResources }, deleteNext));
    return longest;
  }

  async #deleteResource(
    namespace: Namespace,
    resource: DiscoveredResource,
    progress: Progress,
  ): Promise<number> {
    const name = namespace.metadata.name ?? '';
    const estimateSeconds = isPods(resource) ? await this.#longestGraceSeconds(namespace) : 0;
    if (!(await this.#deleteAll(name, resource))) return 0;
    if (!supports(resource, 'list')) return estimateSeconds;
    const { items } = await this.#context.client.list(resource, { namespace: name, metadataOnly: true });
    if (items.length === 0) return 0;
    progress.remaining.set(`${resource.name}.${resource.group}`, items.length);
    const finalizers = items.flatMap(({ metadata }) => metadata.finalizers ?? []);
    for (const one of finalizers) progress.finalizers.set(one, (progress.finalizers.get(one) ?? 0) + 1);
    if (estimateSeconds > 0) return estimateSeconds;
    if (finalizers.length > 0) return finalizerEstimateSeconds;
    const groupVersionResource = `${resource.group}/${resource.version}, Resource=${resource.name}`;
    throw new Error(`unexpected items still remain in namespace: ${name} for gvr: ${groupVersionResource}`);
  }

  /**
   * The longest grace period of the Pods that run, in seconds; 0 where it is over since the namespace was
   * deleted.
   */
  async #longestGraceSeconds({ metadata }: Namespace): Promise<number> {
    const { client, clock } = this.#context;
    const { items } = await client.list(pods, { namespace: metadata.name ?? '' });
    const running = items.filter((pod) => !isTerminal(pod));
    const longest = Math.max(0, ...running.map(({ spec }) => spec?.terminationGracePeriodSeconds ?? 0));
    const elapsedMs = clock.now() - (parseTime(metadata.deletionTimestamp) ?? 0);
    return elapsedMs >= longest * 1000 ? 0 : longest;
  }

  /** Returns false where the server cannot, although discovery says so. */
  async #deleteAll(namespace: string, resource: DiscoveredResource): Promise<boolean> {
    const { client } = this.#context;
    const options = { propagationPolicy: 'Background' } as const;
    try {
      if (supports(resource, 'deletecollection')) {
        await client.deleteCollection(resource, { namespace }, options);
        return true;
      }
      if (!supports(resource, 'list')) return false;
      const { items } = await client.list(resource, { namespace, metadataOnly: true });
      for (const { metadata } of items) {
        await client
          .delete(resource, { namespace, name: metadata.name ?? '' }, options)
          .catch((error: unknown) => {
            if (!isNotFound(error)) throw error;
          });
      }
      return true;
    } catch (error) {
      if (error instanceof ApiError && (error.code === 404 || error.code === 405)) return false;
      throw error;
    }
  }

  async #writeConditions(namespace: Namespace, progress: Progress): Promise<void> {
    const { client, clock } = this.#context;
    const conditions = namespaceConditions(namespace.status?.conditions, progress, clock.now());
    if (conditions === namespace.status?.conditions || !conditions) return;
    const status = { ...namespace.status, conditions: [...conditions] };
    await client.update(namespaces, { ...namespace, status }, 'status').catch((error: unknown) => {
      // They inform users; deleting the content does not depend on them.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    });
  }
}

function isPods({ group, name }: DiscoveredResource): boolean {
  return group === '' && name === 'pods';
}
