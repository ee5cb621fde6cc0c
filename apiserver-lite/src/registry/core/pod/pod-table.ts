import type { V1ContainerStatus, V1Pod } from '@pg8s/k8s-proto/generated/models';
import type { TableConvertor, TableRowCondition } from '../../rest.ts';
import { age, column, tableOf, type Column } from '../../table/column.ts';

interface Summary {
  ready: number;
  total: number;
  reason: string;
  restarts: string;
}

/** Counts restarts, and remembers when the last one was. */
class Restarts {
  count = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  add(status: V1ContainerStatus): void {
    this.count += status.restartCount;
    const finishedMs = Date.parse(String(status.lastState?.terminated?.finishedAt ?? ''));
    if (finishedMs > this.#lastMs) this.#lastMs = finishedMs;
  }

  text(nowMs: number): string {
    if (this.count === 0 || this.#lastMs === Number.NEGATIVE_INFINITY) return String(this.count);
    return `${this.count} (${age(new Date(this.#lastMs), nowMs)} ago)`;
  }
}

function exitText({ signal, exitCode }: { signal?: number; exitCode: number }): string {
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

const hasCondition = (pod: V1Pod, type: string) =>
  (pod.status?.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True');

/** What an init container that has not finished says; undefined when it holds nothing up. */
function initReason(status: V1ContainerStatus, index: number, total: number): string {
  const { terminated, waiting } = status.state ?? {};
  if (terminated !== undefined) return `Init:${terminated.reason || exitText(terminated)}`;
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
  return `Init:${index}/${total}`;
}

/** One line about a Pod, as `kubectl get pods` has it (Kubernetes: `printers/internalversion.printPod`). */
function summarizePod(pod: V1Pod, nowMs: number): Summary {
  const { spec, status = {}, metadata = {} } = pod;
  const initContainers = spec?.initContainers ?? [];
  const sidecars = new Set(
    initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  let reason = status.reason || status.phase || '';
  const gated = (status.conditions ?? []).some(
    (condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated',
  );
  if (gated) reason = 'SchedulingGated';
  let ready = 0;
  let initializing = false;
  const initRestarts = new Restarts();
  const running = new Restarts();
  for (const [index, container] of (status.initContainerStatuses ?? []).entries()) {
    const isSidecar = sidecars.has(container.name);
    initRestarts.add(container);
    if (isSidecar) running.add(container);
    if (container.state?.terminated?.exitCode === 0) continue;
    if (isSidecar && container.started === true) {
      if (container.ready) ready += 1;
      continue;
    }
    reason = initReason(container, index, initContainers.length);
    initializing = true;
    break;
  }
  const initialized = !initializing || hasCondition(pod, 'Initialized');
  if (initialized) {
    let hasRunning = false;
    let failure = '';
    for (const container of (status.containerStatuses ?? []).toReversed()) {
      running.add(container);
      const { waiting, terminated } = container.state ?? {};
      if (waiting?.reason) reason = waiting.reason;
      else if (terminated !== undefined) {
        reason = terminated.reason || exitText(terminated);
        if (terminated.exitCode !== 0) failure = reason;
      } else if (container.ready && container.state?.running !== undefined) {
        hasRunning = true;
        ready += 1;
      }
    }
    if (reason === 'Completed') {
      if (hasRunning && hasCondition(pod, 'Ready')) reason = 'Running';
      else if (failure !== '') reason = failure;
      else if (hasRunning) reason = 'NotReady';
    }
  }
  if (metadata.deletionTimestamp !== undefined) {
    if (status.reason === 'NodeLost') reason = 'Unknown';
    else if (status.phase !== 'Succeeded' && status.phase !== 'Failed') reason = 'Terminating';
  }
  return {
    ready,
    total: (spec?.containers?.length ?? 0) + sidecars.size,
    reason,
    restarts: (initialized ? running : initRestarts).text(nowMs),
  };
}

function readinessGates({ spec, status }: V1Pod): string {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const met = gates.filter(({ conditionType }) =>
    (status?.conditions ?? []).some(
      (condition) => condition.type === conditionType && condition.status === 'True',
    ),
  );
  return `${met.length}/${gates.length}`;
}

const wide = { priority: 1 };

/** A Pod with its summary, which several cells need. */
interface Row extends Summary {
  pod: V1Pod;
}

const columns: readonly Column<Row>[] = [
  column('Name', ({ pod }) => pod.metadata?.name ?? '', {
    format: 'name',
    description: 'Name of the pod, unique within its namespace.',
  }),
  column('Ready', ({ ready, total }) => `${ready}/${total}`, {
    description: 'Containers that are ready, of all that should be.',
  }),
  column('Status', ({ reason }) => reason, { description: 'What the pod as a whole is doing.' }),
  column('Restarts', ({ restarts }) => restarts, {
    description: 'How often containers were started again, and when last.',
  }),
  column('Age', ({ pod }, nowMs) => age(pod.metadata?.creationTimestamp, nowMs), {
    description: 'Time since the pod was created.',
  }),
  column('IP', ({ pod: { status } }) => status?.podIPs?.[0]?.ip || '<none>', wide),
  column('Node', ({ pod }) => pod.spec?.nodeName || '<none>', wide),
  column('Nominated Node', ({ pod }) => pod.status?.nominatedNodeName || '<none>', wide),
  column('Readiness Gates', ({ pod }) => readinessGates(pod), wide),
];

/** Clients may hide rows of Pods that have ended. */
const completed: Readonly<Record<string, readonly TableRowCondition[]>> = {
  Succeeded: [
    {
      type: 'Completed',
      status: 'True',
      reason: 'Succeeded',
      message: 'The pod has completed successfully.',
    },
  ],
  Failed: [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }],
};

/** `kubectl get pods [-o wide]` */
export const podTable: TableConvertor = {
  columns: tableOf(columns).columns,
  cells(object, nowMs) {
    const pod = object as V1Pod;
    const row: Row = { pod, ...summarizePod(pod, nowMs) };
    return columns.map(({ cell }) => cell(row, nowMs));
  },
  conditions: (object) => completed[(object as V1Pod).status?.phase ?? ''],
};
