import { createHash, randomUUID } from 'node:crypto';
import type { Informer } from '../../runtime/cache/informer.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../runtime/client/api-error.ts';
import { type Node, nodes, type Pod, pods } from '../../runtime/client/resource.ts';
import { delay, formatTime } from '../../runtime/clock.ts';
import type { OwnContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import { mirrorStatus, nextRun, type PartRun } from './mirror-status.ts';
import { isMirrorPod, mirrorAnnotation, mirrorName, mirrorPod, type StaticPod } from './static-pod.ts';

const namespace = 'kube-system';
/** kubelet: `periodSeconds` of a probe that says nothing. */
const probePeriodMs = 10_000;

/** The static Pods of one node. */
export interface MirrorPodsOptions {
  nodeName: string;
  pods: readonly StaticPod[];
  /** Nothing is sent to the API before. */
  begin: Promise<void>;
}

/**
 * Shows the static Pods of one node in the API, on a context with that node's identity, which this worker
 * closes when it stops (kubelet: `pkg/kubelet/pod/mirror_client.go`). A mirror Pod that is deleted, or that
 * shows something else, is created again; one that shows a Pod which the node does not have is deleted; its
 * status follows the health of the component that it shows.
 */
export class MirrorPods implements Worker {
  readonly #context: OwnContext;
  readonly #options: MirrorPodsOptions;
  readonly #node: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #controller: Controller;
  /** By the names of their mirror Pods. */
  readonly #staticPods: ReadonlyMap<string, StaticPod>;
  /** By the names of the static Pods. */
  readonly #runs = new Map<string, PartRun>();
  readonly #problems = new Map<string, string | undefined>();
  readonly #bootId = randomUUID();
  readonly #seenMs: number;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(context: OwnContext, options: MirrorPodsOptions) {
    const { nodeName } = options;
    this.#context = context;
    this.#options = options;
    this.#seenMs = context.clock.now();
    this.#staticPods = new Map(options.pods.map((pod) => [mirrorName(pod, nodeName), pod]));
    this.#node = context.informers.of(nodes, { fieldSelector: `metadata.name=${nodeName}` });
    this.#pods = context.informers.of(pods, { namespace, fieldSelector: `spec.nodeName=${nodeName}` });
    this.#controller = createController(context, {
      name: 'mirror-pods',
      workers: 1,
      sync: (name) => this.#sync(name),
    });
    this.#pods.addHandler({
      add: (pod) => this.#enqueue(pod),
      update: (_, pod) => this.#enqueue(pod),
      delete: (pod) => this.#enqueue(pod),
    });
    this.#node.addHandler({
      add: () => this.#enqueueAll(),
      update: (before, after) => {
        if (before.metadata.uid !== after.metadata.uid) this.#enqueueAll();
      },
    });
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    const { informers, recorder, client } = this.#context;
    this.#stop.abort();
    informers.stop();
    await this.#running;
    await this.#controller.stop();
    await recorder.flush();
    recorder.stop();
    client.close();
  }

  #enqueue({ metadata }: Pod): void {
    this.#controller.queue.add(metadata.name ?? '');
  }

  #enqueueAll(): void {
    for (const name of this.#staticPods.keys()) this.#controller.queue.add(name);
  }

  async #run(): Promise<void> {
    const { informers, clock } = this.#context;
    const { signal } = this.#stop;
    await Promise.race([this.#options.begin, aborted(signal)]);
    if (signal.aborted) return;
    informers.start();
    await Promise.race([informers.synced(), aborted(signal)]);
    if (signal.aborted) return;
    this.#controller.start();
    this.#enqueueAll();
    while (!signal.aborted) {
      await Promise.all([...this.#staticPods.values()].map((pod) => this.#probe(pod)));
      await delay(clock, probePeriodMs, signal);
    }
  }

  async #sync(name: string): Promise<void> {
    const shown = this.#pods.store.get(`${namespace}/${name}`);
    const staticPod = this.#staticPods.get(name);
    const node = this.#node.store.get(this.#options.nodeName);
    // A Pod of that name which another client created is not the kubelet's to delete.
    if (shown !== undefined && !isMirrorPod(shown)) return;
    if (staticPod === undefined) return shown === undefined ? undefined : this.#delete(shown);
    // Not registered yet: this runs again when the Node is.
    if (node === undefined) return;
    const wanted = mirrorPod(staticPod, node, this.#seenMs);
    if (shown === undefined) return this.#create(wanted);
    const isOutdated =
      shown.metadata.annotations?.[mirrorAnnotation] !== wanted.metadata.annotations?.[mirrorAnnotation] ||
      !shown.metadata.ownerReferences?.some(({ uid }) => uid === node.metadata.uid);
    if (isOutdated || shown.metadata.deletionTimestamp !== undefined) return this.#delete(shown);
    await this.#report(staticPod, shown, node);
  }

  async #create(pod: Pod): Promise<void> {
    try {
      await this.#context.client.create(pods, pod);
    } catch (error) {
      // The cache does not show it yet, or it is on another node and will never be in this cache.
      if (!isAlreadyExists(error)) throw error;
    }
  }

  async #delete({ metadata: { name = '', uid = '' } }: Pod): Promise<void> {
    const options = { gracePeriodSeconds: 0, preconditions: { uid } };
    try {
      await this.#context.client.delete(pods, { namespace, name }, options);
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  /** Writes the status of a mirror Pod, once the static Pod has been probed. */
  async #report(staticPod: StaticPod, shown: Pod, node: Node): Promise<void> {
    const { client, clock } = this.#context;
    if (!this.#problems.has(staticPod.name)) return;
    const run = this.#runs.get(staticPod.name) ?? this.#begin(staticPod, shown);
    const problem = this.#problems.get(staticPod.name);
    const now = formatTime(clock.now());
    const status = mirrorStatus(shown, node, { part: staticPod, run, problem, now });
    if (isShown(status, shown.status)) return;
    const { name = '', uid } = shown.metadata;
    try {
      await client.patch(pods, {
        namespace,
        name,
        type: 'strategic',
        subresource: 'status',
        body: { metadata: { uid }, status },
      });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  /** Begins the run that the status shows, and records its start. */
  #begin({ name }: StaticPod, shown: Pod): PartRun {
    const { recorder } = this.#context;
    const containerId = `pg8s://${createHash('sha256').update(`${this.#bootId}/${name}`).digest('hex')}`;
    const run = nextRun(shown, { containerId, startedAt: formatTime(this.#seenMs) });
    this.#runs.set(name, run);
    const fieldPath = `spec.containers{${name}}`;
    recorder.event(shown, { type: 'Normal', reason: 'Created', message: 'Container created', fieldPath });
    recorder.event(shown, { type: 'Normal', reason: 'Started', message: 'Container started', fieldPath });
    return run;
  }

  /** Asks a component for its health, and writes the status where that changed. */
  async #probe(staticPod: StaticPod): Promise<void> {
    const { log, recorder } = this.#context;
    const { name } = staticPod;
    const problem = await staticPod.problem().catch((error: unknown) => String(error));
    const isNew = !this.#problems.has(name) || this.#problems.get(name) !== problem;
    this.#problems.set(name, problem);
    if (!isNew) return;
    const podName = mirrorName(staticPod, this.#options.nodeName);
    if (problem !== undefined) {
      log.warn({ part: name, problem }, 'a part of the control plane is not ready');
      const shown = this.#pods.store.get(`${namespace}/${podName}`);
      const message = `Readiness probe failed: ${problem}`;
      const fieldPath = `spec.containers{${name}}`;
      if (shown) recorder.event(shown, { type: 'Warning', reason: 'Unhealthy', message, fieldPath });
    }
    this.#controller.queue.add(podName);
  }
}

/** Whether a status has everything of `wanted`; it may have more. */
function isShown(wanted: unknown, shown: unknown): boolean {
  if (wanted === null) return shown === undefined || shown === null;
  if (typeof wanted !== 'object') return wanted === shown;
  if (Array.isArray(wanted)) {
    const list = Array.isArray(shown) ? (shown as unknown[]) : [];
    return wanted.every((item: unknown, index) => isShown(item, counterpart(item, list) ?? list[index]));
  }
  const fields = shown as Record<string, unknown> | undefined;
  return Object.entries(wanted as object).every(([key, value]) => isShown(value, fields?.[key] ?? undefined));
}

/** The condition of the same type, in whatever order they are. */
function counterpart(item: unknown, list: readonly unknown[]): unknown {
  const type = (item as { type?: string } | null)?.type;
  return type === undefined ? undefined : list.find((one) => (one as { type?: string }).type === type);
}

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
