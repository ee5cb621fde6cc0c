import { objectKey } from '../runtime/client/api-object.ts';
import { namespaces, type Pod, pods } from '../runtime/client/resource.ts';
import type { ControllerContext } from '../runtime/context.ts';
import { ClusterEvents } from './cluster-events.ts';
import { BindingCycle, type BindingCycleSources } from './framework/cycles/binding-cycle.ts';
import { FailureHandler } from './framework/cycles/failure-handler.ts';
import { RequestLimit } from './framework/cycles/request-limit.ts';
import { SchedulingCycle, type SchedulingCycleSources } from './framework/cycles/scheduling-cycle.ts';
import { ClusterState } from './framework/nodes/cluster-state.ts';
import { WaitingPods } from './framework/waiting-pods.ts';
import { createDefaultProfile } from './plugins/default-plugins.ts';
import { VolumeBinder } from './plugins/volume-binding/volume-binder.ts';
import type { QueuedPod } from './queue/queued-pod.ts';
import { SchedulingQueue } from './queue/scheduling-queue.ts';

/** How the scheduler runs. */
export interface SchedulerOptions {
  /** Pods whose `spec.schedulerName` is this one. */
  schedulerName?: string;
  /** Bindings and status writes under way at a time; decisions wait while there are more. */
  concurrentBindings?: number;
}

/**
 * Gives Pods without a node one, one at a time: decide on the state that the informers show, count the Pod on
 * its node at once, bind it beside the next decisions (kube-scheduler: `Scheduler`). Start it when the
 * informers have synced, and only while leading.
 */
export class Scheduler {
  readonly #queue: SchedulingQueue;
  readonly #sources: SchedulingCycleSources & BindingCycleSources;
  /** Binding cycles under way, by uid of the Pod. */
  readonly #bindings = new Map<string, BindingCycle>();
  readonly #ended = new Set<Promise<void>>();
  #running: Promise<void> | undefined;

  /** Asks for the informers that it needs; create it before they start. */
  constructor(context: ControllerContext, options: SchedulerOptions = {}) {
    const { client, clock, informers, log } = context;
    const { schedulerName = 'default-scheduler', concurrentBindings = 64 } = options;
    const clusterState = new ClusterState();
    const namespaceInformer = informers.of(namespaces);
    const podInformer = informers.of(pods);
    const binder = new VolumeBinder(context);
    const profile = createDefaultProfile(schedulerName, {
      client,
      snapshot: clusterState,
      namespaceLabels: (name) => namespaceInformer.store.get(name)?.metadata.labels,
      storage: binder.storage,
      binder,
    });
    const queue = new SchedulingQueue({ profile, clock, log });
    const requests = new RequestLimit(concurrentBindings);
    const shared = { ...context, clusterState, queue, requests, profile };
    this.#queue = queue;
    this.#sources = {
      ...shared,
      snapshot: clusterState,
      waitingPods: new WaitingPods(clock),
      failureHandler: new FailureHandler({
        ...shared,
        currentPod: (pod) => podInformer.store.get(objectKey(pod)),
      }),
    };
    const events = new ClusterEvents({
      clusterState,
      queue,
      isResponsibleFor: ({ spec }) => (spec?.schedulerName || 'default-scheduler') === schedulerName,
      abortBinding: ({ metadata }) => this.#bindings.get(metadata.uid ?? '')?.abort(),
    });
    events.follow(informers);
  }

  /** Begins to schedule. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Lets requests under way finish, and ends what waits for anything else. */
  async stop(): Promise<void> {
    this.#sources.failureHandler.stop();
    this.#queue.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { requests } = this.#sources;
    for (let next = await this.#queue.pop(); next !== undefined; next = await this.#queue.pop()) {
      this.#scheduleOne(next);
      if (requests.isFull) await requests.hasRoom();
    }
    for (const binding of this.#bindings.values()) binding.abort();
    await Promise.all(this.#ended);
    await requests.ended();
  }

  #scheduleOne(queued: QueuedPod): void {
    const { pod } = queued;
    const cycle = new SchedulingCycle(this.#sources, pod);
    const { nodeName, status, nominatedNodeName } = { nominatedNodeName: undefined, ...cycle.run() };
    if (nodeName === undefined) this.#sources.failureHandler.handle(queued, status, nominatedNodeName);
    else this.#bind(queued, pod, { nodeName, state: cycle.state });
  }

  #bind(
    queued: QueuedPod,
    pod: Pod,
    { nodeName, state }: { nodeName: string; state: SchedulingCycle['state'] },
  ): void {
    const uid = pod.metadata.uid ?? '';
    const binding = new BindingCycle(this.#sources, { queued, pod, nodeName, state });
    this.#bindings.set(uid, binding);
    const ended = binding.run().finally(() => {
      this.#ended.delete(ended);
      if (this.#bindings.get(uid) === binding) this.#bindings.delete(uid);
    });
    this.#ended.add(ended);
  }
}
