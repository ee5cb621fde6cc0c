import { createHash, randomUUID } from 'node:crypto';
import { isAlreadyExists, isConflict, isNotFound } from '../../runtime/client/api-error.ts';
import { delay, formatTime } from '../../runtime/clock.ts';
import type { OwnContext } from '../../runtime/context.ts';
import { createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import { nodes, type Pod, pods } from '../../runtime/client/resource.ts';
import { mirrorStatus, nextRun, type PartRun } from './mirror-status.ts';
import { isMirrorPod, mirrorAnnotation, mirrorName, mirrorPod, type StaticPod } from './static-pod.ts';

const namespace = 'kube-system';
/** kubelet: `periodSeconds` of a probe that says nothing. */
const probePeriodMs = 10_000;

export interface MirrorPodsOptions {
  nodeName: string;
  pods: readonly StaticPod[];
  /** Nothing is sent to the API before. */
  begin: Promise<void>;
}

/**
 * Shows the static Pods of one node in the API, on a context with that node's identity, which becomes this worker's own
 * (kubelet: `pkg/kubelet/pod/mirror_client.go`). A mirror Pod that is deleted, or that shows something else, is made
 * anew; one that shows a Pod which the node does not have is deleted; its status follows the health of the part.
 */
export function createMirrorPods(context: OwnContext, options: MirrorPodsOptions): Worker {
  const { client, clock, informers, log, recorder } = context;
  const { nodeName, begin } = options;
  const bootId = randomUUID();
  const seenMs = clock.now();
  const startedAt = formatTime(seenMs);
  const parts = new Map(options.pods.map((pod) => [mirrorName(pod, nodeName), pod]));
  const runs = new Map<string, PartRun>();
  const problems = new Map<string, string | undefined>();
  const ownNode = informers.of(nodes, { fieldSelector: `metadata.name=${nodeName}` });
  const ownPods = informers.of(pods, { namespace, fieldSelector: `spec.nodeName=${nodeName}` });
  const controller = createController(context, { name: 'mirror-pods', workers: 1, sync });
  const stop = new AbortController();
  let running: Promise<void> | undefined;

  const enqueue = ({ metadata }: Pod): void => controller.queue.add(metadata.name ?? '');
  ownPods.addHandler({ add: enqueue, update: (_, pod) => enqueue(pod), delete: enqueue });
  const enqueueAll = (): void => {
    for (const name of parts.keys()) controller.queue.add(name);
  };
  ownNode.addHandler({
    add: enqueueAll,
    update: (before, after) => {
      if (before.metadata.uid !== after.metadata.uid) enqueueAll();
    },
  });

  async function sync(name: string): Promise<void> {
    const shown = ownPods.store.get(`${namespace}/${name}`);
    const part = parts.get(name);
    const node = ownNode.store.get(nodeName);
    // A Pod of that name that somebody else made is not a kubelet's to delete.
    if (shown !== undefined && !isMirrorPod(shown)) return;
    if (part === undefined) return shown === undefined ? undefined : remove(shown);
    // Not registered: it comes with its node.
    if (node === undefined) return;
    const wanted = mirrorPod(part, node, seenMs);
    if (shown === undefined) return create(wanted);
    const isOutdated =
      shown.metadata.annotations?.[mirrorAnnotation] !== wanted.metadata.annotations?.[mirrorAnnotation] ||
      !shown.metadata.ownerReferences?.some(({ uid }) => uid === node.metadata.uid);
    if (isOutdated || shown.metadata.deletionTimestamp !== undefined) return remove(shown);
    await report(part, shown);
  }

  async function create(pod: Pod): Promise<void> {
    try {
      await client.create(pods, pod);
    } catch (error) {
      // The cache does not show it yet, or it is somebody else's and will never be seen here.
      if (!isAlreadyExists(error)) throw error;
    }
  }

  async function remove({ metadata: { name = '', uid = '' } }: Pod): Promise<void> {
    try {
      await client.delete(pods, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  async function report(part: StaticPod, shown: Pod): Promise<void> {
    const node = ownNode.store.get(nodeName);
    if (node === undefined || !problems.has(part.name)) return;
    let run = runs.get(part.name);
    if (run === undefined) {
      run = nextRun(shown, { containerId: containerIdOf(part), startedAt });
      runs.set(part.name, run);
      const fieldPath = `spec.containers{${part.name}}`;
      recorder.event(shown, { type: 'Normal', reason: 'Created', message: 'Container created', fieldPath });
      recorder.event(shown, { type: 'Normal', reason: 'Started', message: 'Container started', fieldPath });
    }
    const problem = problems.get(part.name);
    const status = mirrorStatus(shown, node, { part, run, problem, now: formatTime(clock.now()) });
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

  const containerIdOf = ({ name }: StaticPod): string =>
    `pg8s://${createHash('sha256').update(`${bootId}/${name}`).digest('hex')}`;

  async function probe(part: StaticPod): Promise<void> {
    const problem = await part.problem().catch((error: unknown) => String(error));
    const isNew = !problems.has(part.name) || problems.get(part.name) !== problem;
    problems.set(part.name, problem);
    if (!isNew) return;
    if (problem !== undefined) {
      log.warn({ part: part.name, problem }, 'a part of the control plane is not ready');
      const shown = ownPods.store.get(`${namespace}/${mirrorName(part, nodeName)}`);
      const message = `Readiness probe failed: ${problem}`;
      const fieldPath = `spec.containers{${part.name}}`;
      if (shown) recorder.event(shown, { type: 'Warning', reason: 'Unhealthy', message, fieldPath });
    }
    controller.queue.add(mirrorName(part, nodeName));
  }

  async function run(): Promise<void> {
    await Promise.race([begin, stopped(stop.signal)]);
    if (stop.signal.aborted) return;
    informers.start();
    await Promise.race([informers.synced(), stopped(stop.signal)]);
    if (stop.signal.aborted) return;
    controller.start();
    enqueueAll();
    while (!stop.signal.aborted) {
      await Promise.all([...parts.values()].map((part) => probe(part)));
      await delay(clock, probePeriodMs, stop.signal);
    }
  }

  return {
    start() {
      running ??= run();
    },
    async stop() {
      stop.abort();
      informers.stop();
      await running;
      await controller.stop();
      await recorder.flush();
      recorder.stop();
      client.close();
    },
  };
}

/** Whether a status shows all that is wanted; what else it has does not matter. */
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

/** Conditions are told apart by their types, whatever their order. */
function counterpart(item: unknown, list: readonly unknown[]): unknown {
  const type = (item as { type?: string } | null)?.type;
  return type === undefined ? undefined : list.find((one) => (one as { type?: string }).type === type);
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
