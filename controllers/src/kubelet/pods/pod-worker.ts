import type { Informer } from '../../runtime/cache/informer.ts';
import { isNotFound } from '../../runtime/client/api-error.ts';
import { objectKey } from '../../runtime/client/api-object.ts';
import { type Node, type Pod, pods } from '../../runtime/client/resource.ts';
import { formatTime, parseTime } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import { isTerminal } from '../../runtime/workload/pod-state.ts';
import { NodeInfo } from '../../scheduler/framework/nodes/node-info.ts';
import type { Delays } from '../containers/container-step.ts';
import type { AddressPool } from '../node/address-pool.ts';
import { newNode, type NodeFacts } from '../node/node-object.ts';
import { PodLogs } from '../server/pod-logs.ts';
import { isMirrorPod } from '../static-pods/static-pod.ts';
import { type Rejection, rejectionOf } from './pod-admission.ts';
import { noProblems, type PodProblems, problemsIn } from './pod-problems.ts';
import { referencesOf } from './pod-references.ts';
import { PodSources } from './pod-sources.ts';
import { podStatus } from './pod-status.ts';
import { type NodeSurroundings, SimulatedPod } from './simulated-pod.ts';

/** What the Pods of a node share. */
export interface PodWorkerOptions {
  facts: NodeFacts;
  addresses: AddressPool;
  delays: Delays;
  /** Pods worked on at a time. */
  workers: number;
  /** The Pods that are bound to the node. */
  pods: Informer<Pod>;
  /** The Node as the cache has it. */
  node: () => Node | undefined;
}

/** A Pod as the node runs it. */
interface RunningPod {
  simulated: SimulatedPod;
  /** The status that was written last, as JSON; empty: none was written. */
  reported: string;
  /** The Pod's resourceVersion after that write. */
  version?: string | undefined;
}

/** Images that a node remembers to have; the oldest is forgotten first. */
const maxImages = 1_000;
/** Claims, and objects that are too many to be watched, are read again after so long. */
const readAgainMs = 2_000;
const noAddressRetryMs = 10_000;

/**
 * Works on the Pods of one node (kubelet: `podWorkers`, `syncLoop`): admits or rejects a Pod, advances its
 * simulated containers, writes its status, and deletes it when its containers have ended.
 */
export class PodWorker {
  readonly logs: PodLogs;
  readonly #context: ControllerContext;
  readonly #options: PodWorkerOptions;
  readonly #controller: Controller;
  readonly #sources: PodSources;
  /** By uid. */
  readonly #running = new Map<string, RunningPod>();
  /** Pods that the node has admitted and that have not ended. */
  readonly #admitted: NodeInfo;
  readonly #images = new Set<string>();

  constructor(context: ControllerContext, options: PodWorkerOptions) {
    const { name } = options.facts;
    this.#context = context;
    this.#options = options;
    this.#admitted = new NodeInfo(name);
    this.logs = new PodLogs({
      nodeName: name,
      podOf: (namespace, podName) => options.pods.store.get(`${namespace}/${podName}`),
      simulatedOf: (uid) => this.#running.get(uid)?.simulated,
    });
    this.#controller = createController(context, {
      name: `node-agent-${name}`,
      workers: options.workers,
      sync: (key) => this.#sync(key),
    });
    this.#sources = new PodSources(context, (key) => this.#controller.queue.add(key));
    options.pods.addHandler({
      add: (pod) => this.#enqueue(pod),
      update: (_, pod) => this.#enqueue(pod),
      delete: (pod) => this.#forget(pod),
    });
  }

  /** Takes up the Pods that an earlier kubelet of this node ran, and begins to work. */
  start(): void {
    for (const pod of this.#options.pods.store.list()) {
      if (pod.status?.podIP && !pod.spec?.hostNetwork) this.#options.addresses.reserve(pod.status.podIP);
      if (pod.status?.startTime && !isTerminal(pod)) this.#admitted.addPod(pod);
    }
    this.#controller.start();
  }

  /** Lets the work in hand finish. */
  async stop(): Promise<void> {
    await this.#controller.stop();
  }

  #enqueue(pod: Pod): void {
    // Mirror Pods use resources of the node, but run by themselves; `MirrorPods` reports their status, too.
    if (isMirrorPod(pod)) return this.#admitted.addPod(pod);
    if (isTerminal(pod)) this.#admitted.removePod(pod);
    else if (this.#running.has(pod.metadata.uid ?? '')) this.#admitted.addPod(pod);
    this.#controller.queue.add(objectKey(pod));
  }

  #forget(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    this.#sources.forget(objectKey(pod));
    this.#admitted.removePod(pod);
    const known = this.#running.get(uid);
    if (known === undefined) return;
    this.#options.addresses.release(known.simulated.ip);
    this.#running.delete(uid);
    this.logs.changed(uid);
  }

  async #sync(key: string): Promise<void> {
    const pod = this.#options.pods.store.get(key);
    if (pod === undefined) return;
    const rejected = this.#rejection(pod);
    if (rejected !== undefined) return this.#reject(pod, rejected);
    if (isTerminal(pod) && !this.#running.has(pod.metadata.uid ?? '')) {
      // Rejected, evicted, or ended before this kubelet started: nothing of it runs.
      if (pod.metadata.deletionTimestamp !== undefined) await this.#delete(pod);
      return;
    }
    const known = this.#simulate(pod);
    if (known === undefined) return this.#reportNoAddress(key, pod);
    await this.#advance(key, pod, known);
  }

  /** Why the node does not admit a Pod that it sees for the first time. */
  #rejection(pod: Pod): Rejection | undefined {
    const isKnown = this.#running.has(pod.metadata.uid ?? '') || pod.status?.startTime !== undefined;
    if (isKnown || isTerminal(pod) || pod.metadata.deletionTimestamp !== undefined) return undefined;
    const { facts, node } = this.#options;
    this.#admitted.setNode({
      ...(node() ?? newNode(facts)),
      status: { allocatable: facts.capacity },
    } as Node);
    return rejectionOf(pod, this.#admitted);
  }

  async #reject(pod: Pod, { reason, message }: Rejection): Promise<void> {
    const { recorder, clock } = this.#context;
    recorder.event(pod, { type: 'Warning', reason, message });
    await this.#writeStatus(pod, {
      phase: 'Failed',
      reason,
      message: `Pod was rejected: ${message}`,
      startTime: formatTime(clock.now()),
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    });
  }

  /** The simulation of a Pod, which is begun where there is none; undefined: no address is free. */
  #simulate(pod: Pod): RunningPod | undefined {
    const uid = pod.metadata.uid ?? '';
    const known = this.#running.get(uid);
    if (known !== undefined) return known;
    const { facts, addresses } = this.#options;
    const ip = pod.spec?.hostNetwork ? facts.internalIp : (pod.status?.podIP ?? addresses.take());
    if (ip === undefined) return undefined;
    addresses.reserve(ip);
    const startedMs = parseTime(pod.status?.startTime) ?? this.#context.clock.now();
    const begun: RunningPod = { simulated: new SimulatedPod(pod, { startedMs, ip }), reported: '' };
    this.#running.set(uid, begun);
    if (!isTerminal(pod)) this.#admitted.addPod(pod);
    return begun;
  }

  #reportNoAddress(key: string, pod: Pod): void {
    this.#context.recorder.event(pod, {
      type: 'Warning',
      reason: 'FailedCreatePodSandBox',
      message: 'Failed to create pod sandbox: no free IP address on the node',
    });
    this.#controller.queue.addAfter(key, noAddressRetryMs);
  }

  /** Does what is due for the Pod, writes its status, and comes back when the next step is due. */
  async #advance(key: string, pod: Pod, known: RunningPod): Promise<void> {
    const { clock, recorder } = this.#context;
    const { simulated } = known;
    const isBeingDeleted = pod.metadata.deletionTimestamp !== undefined;
    const surroundings: NodeSurroundings = {
      sources: isBeingDeleted ? noProblems : await this.#problemsOf(key, pod, simulated),
      nowMs: clock.now(),
      delays: this.#options.delays,
      images: this.#images,
      record: (event) => recorder.event(pod, event),
    };
    const nextMs = isBeingDeleted ? simulated.stop(pod, surroundings) : simulated.advance(pod, surroundings);
    this.logs.changed(pod.metadata.uid ?? '');
    this.#limitImages();
    await this.#report(pod, known);
    if (nextMs !== undefined) this.#controller.queue.addAfter(key, Math.max(0, nextMs - clock.now()));
    else if (isBeingDeleted) await this.#delete(pod);
  }

  /** Reads what the Pod refers to, where a container may be about to start, and waits for what is missing. */
  async #problemsOf(key: string, pod: Pod, simulated: SimulatedPod): Promise<PodProblems> {
    const references = simulated.isStarting && !isTerminal(pod) ? referencesOf(pod) : [];
    if (references.length === 0) {
      this.#sources.forget(key);
      return noProblems;
    }
    const { namespace = '' } = pod.metadata;
    const lookup = await this.#sources.read(namespace, references);
    const found = problemsIn(pod, lookup);
    const awaited = found.awaited.filter(
      ({ kind }) => kind !== 'PersistentVolumeClaim' || !simulated.isMounted,
    );
    if (!this.#sources.waitFor(key, namespace, awaited)) this.#controller.queue.addAfter(key, readAgainMs);
    return found;
  }

  #limitImages(): void {
    for (const image of this.#images) {
      if (this.#images.size <= maxImages) return;
      this.#images.delete(image);
    }
  }

  /**
   * Writes the status where it changed since the last report, or where another client changed the Pod's
   * readiness.
   */
  async #report(pod: Pod, known: RunningPod): Promise<void> {
    const { clock } = this.#context;
    const hostIp = this.#options.facts.internalIp;
    const status = podStatus(pod, known.simulated, { nowMs: clock.now(), hostIp });
    const text = JSON.stringify(status);
    if (text === known.reported && !isOverwritten(pod, status, known.version)) return;
    const written = await this.#writeStatus(pod, status);
    if (written === undefined) return;
    known.reported = text;
    known.version = written.metadata.resourceVersion;
  }

  /** The Pod as it was written; undefined when it is gone. */
  async #writeStatus(pod: Pod, status: object): Promise<Pod | undefined> {
    const { namespace = '', name = '', uid } = pod.metadata;
    try {
      return await this.#context.client.patch(pods, {
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

  /** Deletes a Pod whose containers have ended from the API. */
  async #delete(pod: Pod): Promise<void> {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    const options = { gracePeriodSeconds: 0, preconditions: { uid } };
    try {
      await this.#context.client.delete(pods, { namespace, name }, options);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

/**
 * Whether another client changed the readiness that was reported, as node-lifecycle-controller does when the
 * node did not report for too long. `version` is the resourceVersion of the report: an older Pod says nothing
 * (KEP-5504).
 */
function isOverwritten(pod: Pod, status: object, version: string | undefined): boolean {
  const { resourceVersion } = pod.metadata;
  if (!version || !resourceVersion || BigInt(resourceVersion) <= BigInt(version)) return false;
  const readiness = (of: { conditions?: { type: string; status: string }[] } | undefined) =>
    of?.conditions?.find(({ type }) => type === 'Ready')?.status;
  return readiness(pod.status) !== readiness(status as { conditions?: { type: string; status: string }[] });
}
