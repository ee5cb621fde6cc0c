import { type ComponentFlag, inEffect } from '@pg8s/k8s-proto/component-base/component-flag';
import type { FlagReader } from '@pg8s/k8s-proto/component-base/flag-reader';
import { isNotFound } from '../../runtime/client/api-error.ts';
import { delay, formatTime, parseTime } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import type { Worker } from '../../runtime/part.ts';
import { setPodCondition } from '../../runtime/workload/pod-condition.ts';
import { byNode, isTerminal } from '../../runtime/workload/pod-state.ts';
import { nodes, type Pod, pods } from '../../runtime/client/resource.ts';

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
/** For so long a Node that Pods name may be missing: they may have been seen before it was. */
const quarantineMs = 40_000;
const concurrentDeletions = 16;
const outOfService = 'node.kubernetes.io/out-of-service';

/**
 * Deletes Pods that nobody else will (Kubernetes: `pkg/controller/podgc`): those of Nodes that are gone, those that go and
 * were never scheduled, those that go on a node out of service, and of those that ended the oldest beyond a number.
 * kube-controller-manager begins to count a Node as missing at its next round; here the deletion itself counts, so that
 * the Pods go 40 s after it.
 */
export function createPodGarbageCollector(
  context: ControllerContext,
  { settings }: { settings: PodGarbageCollectorSettings },
): Worker {
  const { client, clock, informers, log } = context;
  const allPods = informers.of(pods);
  const allNodes = informers.of(nodes);
  allPods.addIndex(...byNode);
  /** Name of a missing Node → since when, by the monotonic clock. */
  const missing = new Map<string, number>();
  const stop = new AbortController();
  let wake: AbortController | undefined;
  let running: Promise<void> | undefined;

  allNodes.addHandler({
    delete({ metadata }) {
      missing.set(metadata.name ?? '', clock.monotonicMs());
      // The round that waits may end too late for it.
      wake?.abort();
    },
  });

  async function run(): Promise<void> {
    let roundMs = clock.monotonicMs();
    while (!stop.signal.aborted) {
      const now = clock.monotonicMs();
      try {
        if (now >= roundMs) {
          roundMs = now + periodMs;
          await collect();
        }
        await collectOrphans();
      } catch (error) {
        log.warn({ err: error }, 'cannot collect Pods, trying again');
      }
      const dueMs = Math.min(roundMs, ...[...missing.values()].map((since) => since + quarantineMs));
      wake = new AbortController();
      const either = AbortSignal.any([wake.signal, stop.signal]);
      await delay(clock, Math.max(100, dueMs - clock.monotonicMs()), either);
    }
  }

  async function collect(): Promise<void> {
    const all = allPods.store.list();
    const threshold = settings.terminatedPodGcThreshold;
    if (threshold > 0) {
      const ended = all.filter(isTerminal);
      if (ended.length > threshold)
        await removeAll(ended.sort(byEvictionAndAge).slice(0, ended.length - threshold));
    }
    const going = all.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    await removeAll(going.filter(isOnNodeOutOfService).sort(byEvictionAndAge));
    await removeAll(going.filter(({ spec }) => !spec?.nodeName));
    for (const { spec } of all) {
      const name = spec?.nodeName;
      if (name && !allNodes.store.get(name) && !missing.has(name)) missing.set(name, clock.monotonicMs());
    }
  }

  function isOnNodeOutOfService({ spec }: Pod): boolean {
    const node = allNodes.store.get(spec?.nodeName ?? '');
    if (node === undefined) return false;
    const isReady = node.status?.conditions?.some(
      ({ type, status }) => type === 'Ready' && status === 'True',
    );
    return !isReady && (node.spec?.taints ?? []).some(({ key }) => key === outOfService);
  }

  /** Pods of Nodes that are missing for long enough, and missing in the store as well. */
  async function collectOrphans(): Promise<void> {
    for (const [name, sinceMs] of missing) {
      const orphans = allPods.store.byIndex(byNode[0], name);
      if (allNodes.store.get(name) || orphans.length === 0) missing.delete(name);
      if (!missing.has(name) || clock.monotonicMs() < sinceMs + quarantineMs) continue;
      // What still fails is found by the next round.
      missing.delete(name);
      if (!(await isGone(name))) continue;
      await removeAll(orphans, {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByPodGC',
        message: 'PodGC: node no longer exists',
      });
    }
  }

  async function isGone(name: string): Promise<boolean> {
    try {
      await client.get(nodes, { name });
      return false;
    } catch (error) {
      if (isNotFound(error)) return true;
      throw error;
    }
  }

  /** Ends Pods that run, as far as the store knows, then deletes them without grace. Failures are logged. */
  async function removeAll(
    doomed: readonly Pod[],
    condition?: { type: string; status: string; reason: string; message: string },
  ): Promise<void> {
    const next = doomed.values();
    const lane = async (): Promise<void> => {
      for (const pod of next) {
        const { namespace = '', name = '', uid = '' } = pod.metadata;
        try {
          if (!isTerminal(pod)) await fail(pod, condition);
          await client.delete(pods, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } });
        } catch (error) {
          if (!isNotFound(error))
            log.warn({ err: error, pod: `${namespace}/${name}` }, 'cannot collect a Pod');
        }
      }
    };
    await Promise.all(Array.from({ length: concurrentDeletions }, lane));
  }

  async function fail(
    pod: Pod,
    condition: { type: string; status: string; reason: string; message: string } | undefined,
  ): Promise<void> {
    if (condition !== undefined) {
      const now = formatTime(clock.now());
      return setPodCondition(client, pod, { ...condition, now }, { phase: 'Failed' });
    }
    const { namespace, name = '', uid } = pod.metadata;
    const body = { metadata: { uid }, status: { phase: 'Failed' } };
    await client.patch(pods, { namespace, name, type: 'strategic', subresource: 'status', body });
  }

  return {
    start() {
      running ??= run();
    },
    async stop() {
      stop.abort();
      await running;
    },
  };
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
