import { isConflict, isNotFound } from '../../runtime/client/api-error.ts';
import { objectKey } from '../../runtime/client/api-object.ts';
import { delay, formatTime } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import { byNode } from '../../runtime/workload/pod-state.ts';
import { leases, type Node, nodes, type Pod, pods } from '../../runtime/client/resource.ts';
import { markPodsNotReady } from './mark-pods.ts';
import {
  conditionOf,
  isSameTaint,
  labelsToMend,
  noScheduleDifference,
  notReadyTaint,
  taintsOf,
  unknownConditions,
  unreachableTaint,
  zoneOf,
} from './node-conditions.ts';
import { NodeHealth } from './node-health.ts';
import { swapTaints } from './swap-taints.ts';
import type { NodeLifecycleSettings } from './node-lifecycle-settings.ts';
import { Zones } from './zones.ts';

/** How many nodes are looked at, and Pods marked, at a time. */
const concurrentNodes = 8;
const concurrentPods = 4;
const healthAttempts = 5;
const leaseNamespace = 'kube-node-lease';

/**
 * Watches over nodes (Kubernetes: `pkg/controller/nodelifecycle`): what a node reports becomes `NoSchedule` taints at
 * once; a node that is silent for too long becomes Unknown; one that is not ready makes its Pods unready and is tainted
 * `NoExecute`, so that taint-eviction-controller lets them go. The latter slows down, and stops, when many nodes fail.
 */
export function createNodeLifecycleController(
  context: ControllerContext,
  { workers, settings }: { workers: number; settings: NodeLifecycleSettings },
): Worker {
  const { client, clock, informers, log, recorder } = context;
  const allNodes = informers.of(nodes);
  // All of them: others in this process follow them, too.
  const allLeases = informers.of(leases);
  const allPods = informers.of(pods);
  allPods.addIndex(...byNode);
  const health = new NodeHealth({
    startupMs: settings.nodeStartupGracePeriodMs,
    monitorMs: settings.nodeMonitorGracePeriodMs,
  });
  const zones = new Zones(settings, () => clock.monotonicMs());
  const known = new Map<string, Node>();
  /** Nodes whose Pods could not all be marked. */
  const unmarked = new Set<string>();
  const stop = new AbortController();
  let running: Promise<unknown> | undefined;
  let tainting = false;

  const nodeController = createController(context, {
    name: 'node_lifecycle_controller',
    workers,
    sync: followConditions,
  });
  const podController = createController(context, {
    name: 'node_lifecycle_controller_pods',
    workers: concurrentPods,
    sync: followBinding,
  });
  allNodes.addHandler({
    add: ({ metadata }) => nodeController.queue.add(metadata.name ?? ''),
    update: (_, { metadata }) => nodeController.queue.add(metadata.name ?? ''),
  });
  const bound = (pod: Pod): void => {
    const status = health.readyStatusOf(pod.spec?.nodeName ?? '');
    if (status !== undefined && status !== 'True') podController.queue.add(objectKey(pod));
  };
  allPods.addHandler({
    add: bound,
    update: (before, pod) => {
      if (before.spec?.nodeName !== pod.spec?.nodeName) bound(pod);
    },
  });

  async function followConditions(name: string): Promise<void> {
    const node = allNodes.store.get(name);
    if (node === undefined) return;
    await swapTaints(context, node, noScheduleDifference(node));
    const labels = labelsToMend(node);
    if (Object.keys(labels).length === 0) return;
    await client
      .patch(nodes, { name, type: 'merge', body: { metadata: { labels } } })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }

  /** A Pod came to a node that is not ready. */
  async function followBinding(key: string): Promise<void> {
    const pod = allPods.store.get(key);
    const status = health.readyStatusOf(pod?.spec?.nodeName ?? '');
    if (pod === undefined || status === undefined || status === 'True') return;
    await markPodsNotReady(context, [pod]);
  }

  async function monitor(): Promise<void> {
    let dueMs = clock.now();
    while (!stop.signal.aborted) {
      // Time in which this process stood still, with everything in it, says nothing about the nodes.
      const lateMs = clock.now() - dueMs;
      if (lateMs > settings.nodeMonitorPeriodMs) health.excuse(lateMs);
      try {
        await lookAtAll();
      } catch (error) {
        log.warn({ err: error }, 'cannot look after the nodes, trying again');
      }
      void taintInTurn();
      dueMs = clock.now() + settings.nodeMonitorPeriodMs;
      await delay(clock, settings.nodeMonitorPeriodMs, stop.signal);
    }
  }

  async function lookAtAll(): Promise<void> {
    const present = allNodes.store.list();
    const names = new Set(present.map(({ metadata }) => metadata.name ?? ''));
    for (const node of present) {
      const name = node.metadata.name ?? '';
      if (known.has(name)) continue;
      known.set(name, node);
      tell(node, 'RegisteredNode', `Registered Node ${name} in Controller`);
      await swapTaints(context, node, { remove: [unreachableTaint, notReadyTaint] });
    }
    for (const [name, node] of known) {
      if (names.has(name)) continue;
      known.delete(name);
      unmarked.delete(name);
      health.forget(name);
      zones.cancel(zoneOf(node), name);
      tell(node, 'RemovingNode', `Removing Node ${name} from Controller`);
    }

    const readiness = new Map<string, boolean[]>();
    const next = present.values();
    const lane = async (): Promise<void> => {
      for (const node of next) {
        const isReady = await lookAt(node).catch((error: unknown) => {
          log.warn({ err: error, node: node.metadata.name }, 'cannot look after a node, trying again');
          return undefined;
        });
        if (
          isReady === undefined ||
          node.metadata.labels?.['node.kubernetes.io/exclude-disruption'] !== undefined
        )
          continue;
        const zone = zoneOf(node);
        readiness.set(zone, [...(readiness.get(zone) ?? []), isReady]);
      }
    };
    await Promise.all(Array.from({ length: concurrentNodes }, lane));

    const { lostAll, foundAgain } = zones.judge(readiness);
    if (lostAll) {
      log.info('no node is ready, nothing is evicted');
      for (const node of present) {
        zones.cancel(zoneOf(node), node.metadata.name ?? '');
        await swapTaints(context, node, { remove: [unreachableTaint, notReadyTaint] });
      }
    }
    if (foundAgain) health.forgive(clock.now());
  }

  /** Whether it is ready; undefined when it is gone. */
  async function lookAt(cached: Node): Promise<boolean | undefined> {
    const name = cached.metadata.name ?? '';
    const looked = await updateHealth(cached);
    if (looked === undefined) return undefined;
    const { node, before, now } = looked;
    if (now === undefined) return false;
    await evictByTaint(node, now);
    const failed = now !== 'True' && before === 'True';
    if (failed) {
      const about = { ...node, metadata: { name, uid: node.metadata.uid ?? '' } };
      const message = `Node ${name} status is now: NodeNotReady`;
      recorder.event(about, { type: 'Normal', reason: 'NodeNotReady', message });
    }
    if (failed || (unmarked.has(name) && now !== 'True')) {
      unmarked.add(name);
      await markPodsNotReady(context, allPods.store.byIndex(byNode[0], name));
    }
    unmarked.delete(name);
    return now === 'True';
  }

  /** Makes a silent node Unknown; tells how it was `before` and is `now`. */
  async function updateHealth(cached: Node): Promise<Looked | undefined> {
    let node = cached;
    const name = cached.metadata.name ?? '';
    const lease = allLeases.store.get(`${leaseNamespace}/${name}`);
    for (let attempt = 1; ; attempt++) {
      const wasSilent = health.isSilent(node, lease, clock.now());
      const before = conditionOf(node, 'Ready')?.status;
      if (!wasSilent) return { node, before, now: before };
      const conditions = unknownConditions(node, formatTime(clock.now()));
      const ready = conditions.find(({ type }) => type === 'Ready');
      if (before === 'Unknown') return { node, before, now: before };
      try {
        const status = { ...node.status, conditions };
        node = await client.update(nodes, { ...node, status } as Node, 'status');
        health.wrote(name, ready);
        return { node, before: before ?? 'Unknown', now: 'Unknown' };
      } catch (error) {
        if (isNotFound(error)) return undefined;
        if (!isConflict(error) || attempt === healthAttempts) throw error;
        node = await client.get(nodes, { name });
      }
    }
  }

  /** The taint that a node has already is swapped at once; a new one waits for its turn. */
  async function evictByTaint(node: Node, status: string): Promise<void> {
    const name = node.metadata.name ?? '';
    const zone = zoneOf(node);
    if (status === 'True') {
      zones.cancel(zone, name);
      return swapTaints(context, node, { remove: [unreachableTaint, notReadyTaint] });
    }
    const { wanted, other } = taintOf(status);
    const has = (taint: typeof wanted) => taintsOf(node).some((one) => isSameTaint(one, taint));
    if (has(other)) return swapTaints(context, node, { add: [wanted], remove: [other] });
    if (has(wanted)) zones.cancel(zone, name);
    else zones.want(zone, name);
  }

  async function taintInTurn(): Promise<void> {
    if (tainting) return;
    tainting = true;
    try {
      while (!stop.signal.aborted) {
        for (const name of zones.take()) {
          const node = allNodes.store.get(name);
          // The cache may not show yet what was just written.
          const status = health.readyStatusOf(name);
          if (node === undefined || status === undefined || status === 'True') continue;
          const { wanted, other } = taintOf(status);
          await swapTaints(context, node, { add: [wanted], remove: [other] }).catch((error: unknown) => {
            // The next look at it puts it back into the queue.
            log.debug({ err: error, node: name }, 'cannot taint a node, trying again');
          });
        }
        const nextMs = zones.nextMs();
        if (nextMs === undefined) return;
        await delay(clock, nextMs, stop.signal);
      }
    } finally {
      tainting = false;
    }
  }

  function tell({ metadata: { name = '', uid = '' } }: Node, reason: string, message: string): void {
    const about = { apiVersion: 'v1', kind: 'Node', metadata: { name, uid } };
    recorder.event(about, { type: 'Normal', reason, message: `Node ${name} event: ${message}` });
  }

  return {
    start() {
      nodeController.start();
      podController.start();
      running ??= monitor();
    },
    async stop() {
      stop.abort();
      await Promise.all([running, nodeController.stop(), podController.stop()]);
    },
  };
}

interface Looked {
  node: Node;
  /** Status of the condition Ready that the node reported, `Unknown` where it reported none. */
  before: string | undefined;
  now: string | undefined;
}

function taintOf(status: string) {
  return status === 'Unknown'
    ? { wanted: unreachableTaint, other: notReadyTaint }
    : { wanted: notReadyTaint, other: unreachableTaint };
}
