import { type ComponentFlag, inEffect } from '@pg8s/k8s-proto/component-base/component-flag';
import type { FlagReader } from '@pg8s/k8s-proto/component-base/flag-reader';
import { isNotFound } from '../../runtime/client/api-error.ts';
import { delay, formatTime, parseTime } from '../../runtime/clock.ts';
import type { Informer } from '../../runtime/cache/informer.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import type { Worker } from '../../runtime/part.ts';
import { setPodCondition } from '../../runtime/workload/pod-condition.ts';
import { byNode, isTerminal } from '../../runtime/workload/pod-state.ts';
import { type Node, nodes, type Pod, pods } from '../../runtime/client/resource.ts';

/** kube-controller-manager's flag of the same name. */
export interface PodGarbageCollectorSettings {
  /** So many Pods that ended may stay; 0 or less: any number. */
  terminatedPodGcThreshold: number;
}

/** Its flags, with kube-controller-manager's defaults. */
export const podGarbageCollectorFlags: readonly ComponentFlag[] = [
  inEffect.int('terminated-pod-gc-threshold', '12500', 'Pods that ended and may stay; 0: any number.'),
];

/** Its settings from its flags. */
export function readPodGarbageCollectorSettings(flags: FlagReader): PodGarbageCollectorSettings {
  return { terminatedPodGcThreshold: flags.integer('terminated-pod-gc-threshold') };
}

const periodMs = 20_000;
/** So long a Node that Pods name may be missing: they may have been seen before it was. */
const quarantineMs = 40_000;
const concurrentDeletions = 16;
const outOfService = 'node.kubernetes.io/out-of-service';
const orphanCondition = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'DeletionByPodGC',
  message: 'PodGC: node no longer exists',
};

/**
 * Deletes Pods that no other controller deletes (Kubernetes: `pkg/controller/podgc`): those of Nodes that are
 * gone, those that are being deleted and were never scheduled, those that are being deleted on a node out of
 * service, and of those that ended the oldest beyond a number. kube-controller-manager begins to count a Node
 * as missing in its next round; here it counts from its deletion on, so that the Pods are deleted 40 s after
 * it.
 */
export class PodGarbageCollector implements Worker {
  readonly #context: ControllerContext;
  readonly #settings: PodGarbageCollectorSettings;
  readonly #pods: Informer<Pod>;
  readonly #nodes: Informer<Node>;
  /** Name of a missing Node → since when, by the monotonic clock. */
  readonly #missing = new Map<string, number>();
  readonly #stop = new AbortController();
  #wake: AbortController | undefined;
  #running: Promise<void> | undefined;

  constructor(context: ControllerContext, { settings }: { settings: PodGarbageCollectorSettings }) {
    this.#context = context;
    this.#settings = settings;
    this.#pods = context.informers.of(pods);
    this.#nodes = context.informers.of(nodes);
    this.#pods.addIndex(...byNode);
    this.#nodes.addHandler({
      delete: ({ metadata }) => {
        this.#missing.set(metadata.name ?? '', context.clock.monotonicMs());
        // The current wait may be too long for it.
        this.#wake?.abort();
      },
    });
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#context;
    let roundMs = clock.monotonicMs();
    while (!this.#stop.signal.aborted) {
      const now = clock.monotonicMs();
      try {
        if (now >= roundMs) {
          roundMs = now + periodMs;
          await this.#collect();
        }
        await this.#collectOrphans();
      } catch (error) {
        log.warn({ err: error }, 'cannot collect Pods, trying again');
      }
      await this.#waitUntil(roundMs);
    }
  }

  /** Waits for the next round, or for the next missing Node to be missing for long enough. */
  async #waitUntil(roundMs: number): Promise<void> {
    const { clock } = this.#context;
    const dueMs = Math.min(roundMs, ...[...this.#missing.values()].map((since) => since + quarantineMs));
    this.#wake = new AbortController();
    const either = AbortSignal.any([this.#wake.signal, this.#stop.signal]);
    await delay(clock, Math.max(100, dueMs - clock.monotonicMs()), either);
  }

  async #collect(): Promise<void> {
    const all = this.#pods.store.list();
    await this.#deleteAll(this.#endedBeyondThreshold(all));
    const beingDeleted = all.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    await this.#deleteAll(
      beingDeleted.filter((pod) => this.#isOnNodeOutOfService(pod)).sort(byEvictionAndAge),
    );
    await this.#deleteAll(beingDeleted.filter(({ spec }) => !spec?.nodeName));
    for (const { spec } of all) {
      const name = spec?.nodeName;
      if (name && !this.#nodes.store.get(name) && !this.#missing.has(name))
        this.#missing.set(name, this.#context.clock.monotonicMs());
    }
  }

  #endedBeyondThreshold(all: readonly Pod[]): Pod[] {
    const threshold = this.#settings.terminatedPodGcThreshold;
    const ended = threshold > 0 ? all.filter(isTerminal) : [];
    if (ended.length <= threshold) return [];
    return ended.sort(byEvictionAndAge).slice(0, ended.length - threshold);
  }

  #isOnNodeOutOfService({ spec }: Pod): boolean {
    const node = this.#nodes.store.get(spec?.nodeName ?? '');
    if (node === undefined) return false;
    const isReady = node.status?.conditions?.some(
      ({ type, status }) => type === 'Ready' && status === 'True',
    );
    return !isReady && (node.spec?.taints ?? []).some(({ key }) => key === outOfService);
  }

  /** Deletes the Pods of Nodes that are missing for long enough, and that the API does not have either. */
  async #collectOrphans(): Promise<void> {
    const { clock } = this.#context;
    for (const [name, sinceMs] of this.#missing) {
      const orphans = this.#pods.store.byIndex(byNode[0], name);
      if (this.#nodes.store.get(name) || orphans.length === 0) this.#missing.delete(name);
      if (!this.#missing.has(name) || clock.monotonicMs() < sinceMs + quarantineMs) continue;
      // Pods whose deletion fails are found by the next round.
      this.#missing.delete(name);
      if (await this.#isGone(name)) await this.#deleteAll(orphans, orphanCondition);
    }
  }

  async #isGone(name: string): Promise<boolean> {
    try {
      await this.#context.client.get(nodes, { name });
      return false;
    } catch (error) {
      if (isNotFound(error)) return true;
      throw error;
    }
  }

  /** Deletes Pods without grace, and first makes those fail that have not ended. Failures are logged. */
  async #deleteAll(doomed: readonly Pod[], condition?: typeof orphanCondition): Promise<void> {
    const { client, log } = this.#context;
    const next = doomed.values();
    const deleteNext = async (): Promise<void> => {
      for (const pod of next) {
        const { namespace = '', name = '', uid = '' } = pod.metadata;
        const options = { gracePeriodSeconds: 0, preconditions: { uid } };
        try {
          if (!isTerminal(pod)) await this.#fail(pod, condition);
          await client.delete(pods, { namespace, name }, options);
        } catch (error) {
          if (!isNotFound(error))
            log.warn({ err: error, pod: `${namespace}/${name}` }, 'cannot collect a Pod');
        }
      }
    };
    await Promise.all(Array.from({ length: concurrentDeletions }, deleteNext));
  }

  async #fail(pod: Pod, condition: typeof orphanCondition | undefined): Promise<void> {
    const { client, clock } = this.#context;
    if (condition !== undefined) {
      const now = formatTime(clock.now());
      return setPodCondition(client, pod, { ...condition, now }, { phase: 'Failed' });
    }
    const { namespace, name = '', uid } = pod.metadata;
    const body = { metadata: { uid }, status: { phase: 'Failed' } };
    await client.patch(pods, { namespace, name, type: 'strategic', subresource: 'status', body });
  }
}

/** Evicted ones first, then the oldest. */
function byEvictionAndAge(one: Pod, other: Pod): number {
  const evicted = ({ status }: Pod): number =>
    status?.phase === 'Failed' && status.reason === 'Evicted' ? 0 : 1;
  const age = ({ metadata }: Pod): number => parseTime(metadata.creationTimestamp) ?? 0;
  const names = [one.metadata.name ?? '', other.metadata.name ?? ''] as const;
  return (
    evicted(one) - evicted(other) ||
    age(one) - age(other) ||
    (names[0] < names[1] ? -1 : names[0] > names[1] ? 1 : 0)
  );
}
