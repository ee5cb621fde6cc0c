import { ApiError, isConflict, isNotFound } from '../../runtime/client/api-error.ts';
import { parseTime } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import { type DiscoveredResource, discover, supports } from '../../runtime/client/discovery.ts';
import { isTerminal } from '../../runtime/workload/pod-state.ts';
import { exponentialBackoff, slowestOf, tokenBucket } from '../../runtime/queue/rate-limiter.ts';
import { type Namespace, namespaces, pods } from '../../runtime/client/resource.ts';
import { namespaceConditions, type Progress } from './namespace-conditions.ts';
import { Rest } from './rest.ts';

const finalizer = 'kubernetes';
/** What an object with a finalizer is given, in seconds. */
const finalizerEstimateSeconds = 15;
/** Resources that are emptied at a time. */
const concurrentResources = 8;

export interface NamespaceControllerOptions {
  workers: number;
  /** See `Rest`; 0: content goes at once. Milliseconds. */
  quietPeriodMs: number;
  /** Whether the caches of this process hold every resource, as they do beside a garbage collector. */
  followsAll: boolean;
}

/** Empties and lets go namespaces that are being deleted (Kubernetes: `pkg/controller/namespace`). */
export function createNamespaceController(
  context: ControllerContext,
  options: NamespaceControllerOptions,
): Controller {
  const { client, clock, informers } = context;
  const all = informers.of(namespaces);
  const controller = createController(context, {
    name: 'namespace',
    workers: options.workers,
    rateLimiter: slowestOf(exponentialBackoff(5, 60_000), tokenBucket(10, 100, clock)),
    sync,
  });
  const { queue } = controller;
  const waits = exponentialBackoff(250, 60_000);

  const rest = new Rest(context, options);

  function enqueue(namespace: Namespace): void {
    const { name = '', deletionTimestamp } = namespace.metadata;
    if (!deletionTimestamp) return;
    rest.begin(namespace);
    queue.addAfter(name, rest.leftMs(name));
  }
  all.addHandler({
    add: enqueue,
    update: (_, namespace) => enqueue(namespace),
    delete: ({ metadata: { name = '' } }) => {
      waits.forget(name);
      rest.forget(name);
    },
  });

  async function sync(name: string): Promise<void> {
    if (!all.store.get(name)) return;
    try {
      let namespace = await client.get(namespaces, { name });
      if (!namespace.metadata.deletionTimestamp) return;
      if (namespace.status?.phase !== 'Terminating')
        namespace = await client.update(
          namespaces,
          { ...namespace, status: { ...namespace.status, phase: 'Terminating' } },
          'status',
        );
      if (!(namespace.spec?.finalizers ?? []).includes(finalizer)) return;
      const restMs = rest.leftMs(name);
      if (restMs > 0) return queue.addAfter(name, restMs);
      const estimateSeconds = await empty(namespace);
      if (estimateSeconds > 0) {
        // kube-controller-manager waits for half the estimate; mostly things go much faster, and looking is cheap.
        const half = (Math.floor(estimateSeconds / 2) + 1) * 1000;
        return queue.addAfter(name, Math.min(half, waits.when(name)));
      }
      await finalize(name, namespace.metadata.uid ?? '');
      waits.forget(name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** Deletes the content; returns in how many seconds to look again, 0 when nothing is left. */
  async function empty(namespace: Namespace): Promise<number> {
    const progress: Progress = { contentErrors: [], remaining: new Map(), finalizers: new Map() };
    const { resources, failures } = await discover(client);
    if (failures.size > 0) {
      const details = [...failures]
        .map(([groupVersion, error]) => `${groupVersion}: ${error.message}`)
        .join(', ');
      const words = `unable to retrieve the complete list of server APIs: ${details}`;
      progress.discoveryError = new Error(
        `Discovery failed for some groups, ${failures.size} failing: ${words}`,
      );
    }
    const deletable = resources.filter(
      (resource) => resource.namespaced && resource.preferred && supports(resource, 'delete'),
    );
    const isPods = ({ group, name }: DiscoveredResource) => group === '' && name === 'pods';
    let estimateSeconds = 0;
    const emptyOne = async (resource: DiscoveredResource) => {
      try {
        const seconds = await emptyResource(namespace, resource, progress);
        estimateSeconds = Math.max(estimateSeconds, seconds);
      } catch (error) {
        progress.contentErrors.push(error instanceof Error ? error : new Error(String(error)));
      }
    };

    // Pods first: as long as one runs, it may need what else is there, such as its network policies.
    for (const resource of deletable.filter(isPods)) await emptyOne(resource);
    if (progress.remaining.size === 0) {
      const others = deletable.filter((resource) => !isPods(resource));
      const next = others.values();
      const lane = async () => {
        for (const resource of next) await emptyOne(resource);
      };
      await Promise.all(Array.from({ length: concurrentResources }, lane));
    }

    await writeConditions(namespace, progress);
    const failure = progress.contentErrors[0] ?? progress.discoveryError;
    if (failure) throw failure;
    return estimateSeconds;
  }

  async function emptyResource(
    namespace: Namespace,
    resource: DiscoveredResource,
    progress: Progress,
  ): Promise<number> {
    const name = namespace.metadata.name ?? '';
    const estimateSeconds = await graceLeft(namespace, resource);
    if (!(await deleteAll(name, resource))) return 0;
    if (!supports(resource, 'list')) return estimateSeconds;
    const { items } = await client.list(resource, { namespace: name, metadataOnly: true });
    if (items.length === 0) return 0;
    progress.remaining.set(`${resource.name}.${resource.group}`, items.length);
    const waited = items.flatMap(({ metadata }) => metadata.finalizers ?? []);
    for (const one of waited) progress.finalizers.set(one, (progress.finalizers.get(one) ?? 0) + 1);
    if (estimateSeconds > 0) return estimateSeconds;
    if (waited.length > 0) return finalizerEstimateSeconds;
    const groupVersionResource = `${resource.group}/${resource.version}, Resource=${resource.name}`;
    throw new Error(`unexpected items still remain in namespace: ${name} for gvr: ${groupVersionResource}`);
  }

  /** How long the Pods that still run may take, in seconds since the namespace was deleted. */
  async function graceLeft({ metadata }: Namespace, { group, name }: DiscoveredResource): Promise<number> {
    if (group !== '' || name !== 'pods') return 0;
    const { items } = await client.list(pods, { namespace: metadata.name ?? '' });
    const running = items.filter((pod) => !isTerminal(pod));
    const longest = Math.max(0, ...running.map(({ spec }) => spec?.terminationGracePeriodSeconds ?? 0));
    const elapsedMs = clock.now() - (parseTime(metadata.deletionTimestamp) ?? 0);
    return elapsedMs >= longest * 1000 ? 0 : longest;
  }

  /** Returns false where the server, against its own word, cannot. */
  async function deleteAll(namespace: string, resource: DiscoveredResource): Promise<boolean> {
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

  async function writeConditions(namespace: Namespace, progress: Progress): Promise<void> {
    const conditions = namespaceConditions(namespace.status?.conditions, progress, clock.now());
    if (conditions === namespace.status?.conditions || !conditions) return;
    const status = { ...namespace.status, conditions: [...conditions] };
    await client.update(namespaces, { ...namespace, status }, 'status').catch((error: unknown) => {
      // They inform; the emptying itself does not depend on them.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    });
  }

  async function finalize(name: string, uid: string): Promise<void> {
    for (;;) {
      const namespace = await client.get(namespaces, { name });
      if (namespace.metadata.uid !== uid) return;
      const finalizers = (namespace.spec?.finalizers ?? []).filter((one) => one !== finalizer);
      try {
        await client.update(
          namespaces,
          { ...namespace, spec: { ...namespace.spec, finalizers } },
          'finalize',
        );
        return;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    }
  }

  return controller;
}
