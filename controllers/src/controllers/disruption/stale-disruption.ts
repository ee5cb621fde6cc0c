import { objectKey } from '../../runtime/client/api-object.ts';
import { formatTime, parseTime } from '../../runtime/clock.ts';
import type { Informer } from '../../runtime/cache/informer.ts';
import type { Worker } from '../../runtime/part.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import { isTerminal } from '../../runtime/workload/pod-state.ts';
import { type Pod, pods } from '../../runtime/client/resource.ts';

const disruptionTarget = 'DisruptionTarget';
const staleAfterMs = 120_000;

/** In how many milliseconds the condition has to be set back; undefined: the Pod does not have it. */
function staleInMs(pod: Pod, nowMs: number): number | undefined {
  if (pod.metadata.deletionTimestamp || isTerminal(pod)) return undefined;
  const condition = pod.status?.conditions?.find(({ type }) => type === disruptionTarget);
  // There is no limit to how long a kubelet may take.
  if (condition?.status !== 'True' || condition.reason === 'TerminationByKubelet') return undefined;
  const sinceMs = parseTime(condition.lastTransitionTime as unknown as string) ?? 0;
  return Math.max(sinceMs + staleAfterMs - nowMs, 0);
}

/** Sets the condition `DisruptionTarget` back on Pods that were to be deleted and were not (KEP-3329). */
export class StaleDisruptionController implements Worker {
  readonly #context: ControllerContext;
  readonly #pods: Informer<Pod>;
  readonly #controller: Controller;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#pods = context.informers.of(pods);
    this.#controller = createController(context, {
      name: 'stale-pod-disruption',
      workers: 1,
      sync: (key) => this.#sync(key),
    });
    this.#pods.addHandler({
      add: (pod) => this.#enqueue(pod),
      update: (_, pod) => this.#enqueue(pod),
    });
  }

  start(): void {
    this.#controller.start();
  }

  async stop(): Promise<void> {
    await this.#controller.stop();
  }

  #enqueue(pod: Pod): void {
    const waitMs = staleInMs(pod, this.#context.clock.now());
    if (waitMs !== undefined) this.#controller.queue.addAfter(objectKey(pod), waitMs);
  }

  async #sync(key: string): Promise<void> {
    const { client, clock } = this.#context;
    const pod = this.#pods.store.get(key);
    const waitMs = pod && staleInMs(pod, clock.now());
    if (pod === undefined || waitMs === undefined) return;
    if (waitMs > 0) return this.#controller.queue.addAfter(key, waitMs);
    const now = formatTime(clock.now());
    const conditions = (pod.status?.conditions ?? []).map((condition) =>
      condition.type === disruptionTarget
        ? { type: disruptionTarget, status: 'False', lastProbeTime: null, lastTransitionTime: now }
        : condition,
    );
    const status = { ...pod.status, conditions } as NonNullable<Pod['status']>;
    await client.update(pods, { ...pod, status }, 'status');
  }
}
