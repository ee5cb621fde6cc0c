import { isMirrorPod } from './static-pods/static-pod.ts';
import { isNotFound } from '../runtime/client/api-error.ts';
import { objectKey } from '../runtime/client/api-object.ts';
import { createController } from '../runtime/controller.ts';
import type { ControllerContext } from '../runtime/context.ts';
import { formatTime, parseTime } from '../runtime/clock.ts';
import { type Node, nodes, type Pod, pods } from '../runtime/client/resource.ts';
import { NodeInfo } from '../scheduler/framework/nodes/node-info.ts';
import { AddressPool } from './node/address-pool.ts';
import { startHeartbeat } from './node/node-heartbeat.ts';
import { defaultCapacity, type KubeletEndpoint, newNode, type NodeFacts } from './node/node-object.ts';
import { type Rejection, rejectionOf } from './pods/pod-admission.ts';
import type { KubeletUser } from './server/kubelet-server.ts';
import { createPodLogs, type PodLogs } from './server/pod-logs.ts';
import { createProxyAccess } from './server/proxy-access.ts';
import { noProblems, type PodProblems, problemsIn } from './pods/pod-problems.ts';
import { referencesOf } from './pods/pod-references.ts';
import { createPodSources } from './pods/pod-sources.ts';
import { podStatus } from './pods/pod-status.ts';
import type { Delays } from './containers/simulated-container.ts';
import { type NodeSurroundings, SimulatedPod } from './pods/simulated-pod.ts';

export interface NodeAgentOptions {
  name: string;
  /** Counts the nodes of a cluster from 0; gives each its addresses. */
  index: number;
  kubeletVersion: string;
  delays?: Delays;
  capacity?: Readonly<Record<string, string>>;
  /** Pods worked on at a time. */
  workers?: number;
  /** Where the node's own HTTP API is, for its status. Absent: nowhere. */
  endpoint?: KubeletEndpoint;
}

/** A kubelet without containers. */
export interface NodeAgent {
  readonly name: string;
  /** Resolves when the Node is registered and ready. */
  readonly ready: Promise<void>;
  /** Whether the Pod is one of this node. */
  hasPod(namespace: string, name: string): boolean;
  logOf: PodLogs['logOf'];
  /** Whether a client may use the node's own HTTP API. */
  mayProxy(user: KubeletUser): Promise<boolean>;
  /** The Pods stay as they are: they go on when an agent of the same name starts again. */
  stop(): Promise<void>;
}

/** Short enough for tests, long enough to be seen in a watch. */
const defaultDelays: Delays = { pullMs: 150, startMs: 50 };
/** Images that a node remembers to have; the oldest is forgotten first. */
const mostImages = 1_000;

/**
 * Starts one simulated node on `context`, which must be its own: the identity `system:node:NAME`, informers, and a
 * recorder of the component `kubelet` on that host. It registers the Node, keeps its Lease, brings Pods bound to it to
 * Running, and deletes them gracefully, as the API and the Pods' own specs ask for (see `behaviour.ts` for failures on
 * request).
 */
export function startNodeAgent(context: ControllerContext, options: NodeAgentOptions): NodeAgent {
  const { client, clock, informers, recorder, log } = context;
  const delays = options.delays ?? defaultDelays;
  const addresses = new AddressPool(options.index);
  const facts: NodeFacts = {
    name: options.name,
    index: options.index,
    internalIp: nodeAddress(options.index),
    podCidr: addresses.cidr,
    kubeletVersion: options.kubeletVersion,
    capacity: options.capacity ?? defaultCapacity,
    endpoint: options.endpoint,
  };
  const running = new Map<string, Running>();
  /** Pods that the node has taken and that have not ended. */
  const taken = new NodeInfo(options.name);
  const images = new Set<string>();
  const ownPods = informers.of(pods, { fieldSelector: `spec.nodeName=${options.name}` });
  const ownNode = informers.of(nodes, { fieldSelector: `metadata.name=${options.name}` });

  const logs = createPodLogs(
    options.name,
    (namespace, name) => ownPods.store.get(`${namespace}/${name}`),
    (uid) => running.get(uid)?.simulated,
  );

  const controller = createController(context, {
    name: `node-agent-${options.name}`,
    workers: options.workers ?? 16,
    sync,
  });
  const sources = createPodSources(context, (key) => controller.queue.add(key));
  const enqueue = (pod: Pod): void => {
    // Static Pods take room, and run by themselves; who shows them in the API reports on them, too.
    if (isMirrorPod(pod)) return taken.addPod(pod);
    if (isOver(pod)) taken.removePod(pod);
    else if (running.has(pod.metadata.uid ?? '')) taken.addPod(pod);
    controller.queue.add(objectKey(pod));
  };
  ownPods.addHandler({
    add: enqueue,
    update: (_, pod) => enqueue(pod),
    delete: (pod) => forget(pod),
  });

  function forget(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    sources.forget(objectKey(pod));
    taken.removePod(pod);
    const known = running.get(uid);
    if (known === undefined) return;
    addresses.release(known.simulated.ip);
    running.delete(uid);
    logs.changed(uid);
  }

  /** Why the node does not take a Pod that it sees for the first time. */
  function rejection(pod: Pod): Rejection | undefined {
    const isKnown = running.has(pod.metadata.uid ?? '') || pod.status?.startTime !== undefined;
    if (isKnown || isOver(pod) || pod.metadata.deletionTimestamp !== undefined) return undefined;
    const node = ownNode.store.get(options.name);
    taken.setNode({ ...(node ?? newNode(facts)), status: { allocatable: facts.capacity } } as Node);
    return rejectionOf(pod, taken);
  }

  async function reject(pod: Pod, { reason, message }: Rejection): Promise<void> {
    recorder.event(pod, { type: 'Warning', reason, message });
    await write(pod, {
      phase: 'Failed',
      reason,
      message: `Pod was rejected: ${message}`,
      startTime: formatTime(clock.now()),
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    });
  }

  function simulate(pod: Pod): Running | undefined {
    const uid = pod.metadata.uid ?? '';
    let known = running.get(uid);
    if (known === undefined) {
      const ip = pod.spec?.hostNetwork ? facts.internalIp : (pod.status?.podIP ?? addresses.take());
      if (ip === undefined) return undefined;
      addresses.reserve(ip);
      const startedMs = parseTime(pod.status?.startTime) ?? clock.now();
      known = { simulated: new SimulatedPod(pod, { startedMs, ip }), reported: '' };
      running.set(uid, known);
      if (!isOver(pod)) taken.addPod(pod);
    }
    return known;
  }

  /** Reads what the Pod names, where a container may be about to start, and waits for what is missing. */
  async function problemsOf(key: string, pod: Pod, simulated: SimulatedPod): Promise<PodProblems> {
    const references = simulated.isStarting && !isOver(pod) ? referencesOf(pod) : [];
    if (references.length === 0) {
      sources.forget(key);
      return noProblems;
    }
    const { namespace = '' } = pod.metadata;
    const lookup = await sources.read(namespace, references);
    const found = problemsIn(pod, lookup);
    const awaited = found.awaited.filter(
      ({ kind }) => kind !== 'PersistentVolumeClaim' || !simulated.isMounted,
    );
    if (!sources.waitFor(key, namespace, awaited)) controller.queue.addAfter(key, askAgainMs);
    return found;
  }

  async function sync(key: string): Promise<void> {
    const pod = ownPods.store.get(key);
    if (pod === undefined) return;
    const rejected = rejection(pod);
    if (rejected !== undefined) return reject(pod, rejected);
    if (isOver(pod) && !running.has(pod.metadata.uid ?? '')) {
      // Turned away, evicted, or ended before the agent started: there is nothing to do but to let it go.
      if (pod.metadata.deletionTimestamp !== undefined) await finish(pod);
      return;
    }
    const known = simulate(pod);
    if (known === undefined) {
      recorder.event(pod, {
        type: 'Warning',
        reason: 'FailedCreatePodSandBox',
        message: 'Failed to create pod sandbox: no free IP address on the node',
      });
      controller.queue.addAfter(key, 10_000);
      return;
    }
    const { simulated } = known;
    const isGoing = pod.metadata.deletionTimestamp !== undefined;
    const surroundings: NodeSurroundings = {
      sources: isGoing ? noProblems : await problemsOf(key, pod, simulated),
      nowMs: clock.now(),
      delays,
      images,
      say: (event) => recorder.event(pod, event),
    };
    const nextMs = isGoing ? simulated.stop(pod, surroundings) : simulated.advance(pod, surroundings);
    logs.changed(pod.metadata.uid ?? '');
    boundImages();
    await report(pod, known);
    if (nextMs !== undefined) controller.queue.addAfter(key, Math.max(0, nextMs - clock.now()));
    else if (isGoing) await finish(pod);
  }

  function boundImages(): void {
    for (const image of images) {
      if (images.size <= mostImages) return;
      images.delete(image);
    }
  }

  /** Writes what changed since the last report, and first of all what differs from what an earlier agent reported. */
  async function report(pod: Pod, known: Running): Promise<void> {
    const status = podStatus(pod, known.simulated, { nowMs: clock.now(), hostIp: facts.internalIp });
    const text = JSON.stringify(status);
    if (text === known.reported && !isOverruled(pod, status, known.version)) return;
    const written = await write(pod, status);
    if (written === undefined) return;
    known.reported = text;
    known.version = written.metadata.resourceVersion;
  }

  /** The Pod as it was written; undefined when it is gone. */
  async function write(pod: Pod, status: object): Promise<Pod | undefined> {
    const { namespace = '', name = '', uid } = pod.metadata;
    try {
      return await client.patch(pods, {
        namespace,
        name,
        type: 'strategic',
        subresource: 'status',
        body: { metadata: { uid }, status },
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return undefined;
    }
  }

  /** All containers have ended: the Pod may leave the store. */
  async function finish(pod: Pod): Promise<void> {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    try {
      await client.delete(pods, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  const heartbeat = startHeartbeat(context, facts, () => ownNode.store.get(options.name));
  ownNode.addHandler({ update: (_, node) => heartbeat.changed(node) });
  informers.start();
  const ready = Promise.all([heartbeat.registered, informers.synced()]).then(() => {
    for (const pod of ownPods.store.list()) {
      if (pod.status?.podIP && !pod.spec?.hostNetwork) addresses.reserve(pod.status.podIP);
      if (pod.status?.startTime && !isOver(pod)) taken.addPod(pod);
    }
    controller.start();
    log.debug({ node: options.name }, 'node is ready');
  });

  return {
    name: options.name,
    ready,
    hasPod: (namespace, name) => ownPods.store.get(`${namespace}/${name}`) !== undefined,
    logOf: logs.logOf,
    mayProxy: createProxyAccess(context, options.name),
    async stop() {
      informers.stop();
      await Promise.all([controller.stop(), heartbeat.stop()]);
    },
  };
}

/** A Pod as the node runs it, and the status that was written last, as text. */
interface Running {
  simulated: SimulatedPod;
  /** The status that was written last, as JSON, and the Pod's resourceVersion after it. */
  reported: string;
  version?: string | undefined;
}

/** Claims, and what is too much to be watched, are asked for again after so long. */
const askAgainMs = 2_000;

function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/**
 * Whether somebody else wrote another readiness over the reported one, as node-lifecycle-controller does when the node
 * was silent for too long. `version` is the resourceVersion of the report: what is older says nothing (KEP-5504).
 */
function isOverruled(pod: Pod, status: object, version: string | undefined): boolean {
  const { resourceVersion } = pod.metadata;
  if (!version || !resourceVersion || BigInt(resourceVersion) <= BigInt(version)) return false;
  const readiness = (of: { conditions?: { type: string; status: string }[] } | undefined) =>
    of?.conditions?.find(({ type }) => type === 'Ready')?.status;
  return readiness(pod.status) !== readiness(status as { conditions?: { type: string; status: string }[] });
}

/** 10.89.0.0/16, from .0.1 on: addresses that nothing listens on. */
function nodeAddress(index: number): string {
  return `10.89.${Math.floor((index + 1) / 256)}.${(index + 1) % 256}`;
}
