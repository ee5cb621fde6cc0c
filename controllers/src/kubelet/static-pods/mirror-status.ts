import type { Node, Pod } from '../../runtime/client/resource.ts';
import type { StaticPod } from './static-pod.ts';

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

/** One run of a component, shown as a container. */
export interface PartRun {
  /** `pg8s://…`; another one after each start. */
  containerId: string;
  /** RFC 3339. */
  startedAt: string;
  restartCount: number;
  lastState: ContainerStatus['lastState'];
}

/**
 * The run that follows the one which a Pod shows: the same again where it is, else a restart of it. How an
 * earlier run ended is unknown, which a kubelet that starts anew reports as exit code 255.
 */
export function nextRun(
  shown: Pod | undefined,
  { containerId, startedAt }: Pick<PartRun, 'containerId' | 'startedAt'>,
): PartRun {
  const before = shown?.status?.containerStatuses?.[0];
  if (before === undefined || !before.containerID)
    return { containerId, startedAt, restartCount: 0, lastState: {} };
  if (before.containerID === containerId)
    return { containerId, startedAt, restartCount: before.restartCount, lastState: before.lastState ?? {} };
  const terminated = {
    exitCode: 255,
    reason: 'Unknown',
    containerID: before.containerID,
    startedAt: before.state?.running?.startedAt ?? startedAt,
    finishedAt: startedAt,
  };
  return { containerId, startedAt, restartCount: before.restartCount + 1, lastState: { terminated } };
}

/**
 * The status that a kubelet would report; `problem` is what keeps the component from working, `now` RFC 3339.
 */
export function mirrorStatus(
  shown: Pod,
  node: Node,
  { part, run, problem, now }: { part: StaticPod; run: PartRun; problem: string | undefined; now: string },
): object {
  const isReady = problem === undefined;
  const ip = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  const observedGeneration = shown.metadata.generation;
  const known = new Map((shown.status?.conditions ?? []).map((one) => [one.type, one]));
  const condition = (type: string, isTrue: boolean): object => {
    const status = isTrue ? 'True' : 'False';
    const before = known.get(type);
    return {
      type,
      status,
      lastTransitionTime: before?.status === status ? before.lastTransitionTime : now,
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
      reason: isTrue ? null : 'ContainersNotReady',
      message: isTrue ? null : `containers with unready status: [${part.name}]`,
    };
  };
  return {
    phase: 'Running',
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    ...(ip === undefined ? {} : { hostIP: ip, hostIPs: [{ ip }], podIP: ip, podIPs: [{ ip }] }),
    startTime: shown.status?.startTime ?? run.startedAt,
    conditions: [
      condition('PodReadyToStartContainers', true),
      condition('Initialized', true),
      condition('Ready', isReady),
      condition('ContainersReady', isReady),
      condition('PodScheduled', true),
    ],
    containerStatuses: [
      {
        name: part.name,
        image: part.image,
        imageID: '',
        containerID: run.containerId,
        ready: isReady,
        started: true,
        restartCount: run.restartCount,
        state: { running: { startedAt: run.startedAt } },
        lastState: run.lastState ?? {},
        allocatedResources: { ...part.requests },
        resources: { requests: { ...part.requests } },
      },
    ],
  };
}
