import { formatTime } from '../../runtime/clock.ts';
import type { Pod } from '../../runtime/client/resource.ts';
import { containerStatus, type ContainerStatus } from '../containers/container-status.ts';
import type { ContainerSpec } from '../containers/container-step.ts';
import { isRestarted } from '../containers/simulated-container.ts';
import { policyOf, type SimulatedPod } from './simulated-pod.ts';

interface Condition {
  type: string;
  status: 'True' | 'False';
  /** null takes away what an earlier report said: conditions are merged by their type. */
  reason: string | null;
  message: string | null;
  lastTransitionTime: string;
  observedGeneration?: number;
}

interface SpecContainer extends ContainerSpec {
  restartPolicy?: string;
}

/** What the node adds to the Pod. */
export interface StatusSurroundings {
  nowMs: number;
  hostIp: string;
}

/**
 * The status that a kubelet would report of the Pod now (kubelet: `generateAPIPodStatus`). Times of
 * conditions that did not change stay as they are in the Pod; what other clients write into the status is
 * left out, and so kept.
 */
export function podStatus(pod: Pod, simulated: SimulatedPod, { nowMs, hostIp }: StatusSurroundings): object {
  const statuses = (group: 'initContainers' | 'containers' | 'ephemeralContainers'): ContainerStatus[] =>
    ((pod.spec?.[group] ?? []) as SpecContainer[]).flatMap((spec) => {
      const container = simulated.container(spec.name);
      return container === undefined ? [] : [containerStatus(container, spec)];
    });
  const init = statuses('initContainers');
  const sidecars = new Set(
    ((pod.spec?.initContainers ?? []) as SpecContainer[])
      .filter(({ restartPolicy }) => restartPolicy === 'Always')
      .map(({ name }) => name),
  );
  // As kubelet reports it, an init container is ready when it has succeeded.
  for (const status of init) {
    if (!sidecars.has(status.name)) status.ready = status.state.terminated?.exitCode === 0;
  }
  const containers = statuses('containers');
  const ephemeral = statuses('ephemeralContainers');
  const isInitialized = simulated.isInitialized(pod);
  const phase = simulated.deadlineExceeded ? 'Failed' : phaseOf(pod, { init, containers, isInitialized });
  const ip = pod.spec?.hostNetwork ? hostIp : simulated.ip;
  return {
    phase,
    conditions: conditions(
      pod,
      { init, containers, isInitialized, phase, hasSandbox: simulated.isMounted },
      nowMs,
    ),
    ...(simulated.deadlineExceeded
      ? {
          reason: 'DeadlineExceeded',
          message: 'Pod was active on the node longer than the specified deadline',
        }
      : {}),
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    // Without its volumes a Pod has no sandbox, and without that no address of its own.
    ...(simulated.isMounted || pod.spec?.hostNetwork ? { podIP: ip, podIPs: [{ ip }] } : {}),
    startTime: formatTime(simulated.startedMs),
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    containerStatuses: containers,
    ...(ephemeral.length > 0 ? { ephemeralContainerStatuses: ephemeral } : {}),
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
  };
}

interface Found {
  init: ContainerStatus[];
  containers: ContainerStatus[];
  isInitialized: boolean;
}

/** kubelet: `getPhase`. A Pod has not ended while a sidecar runs. */
function phaseOf(pod: Pod, { init, containers }: Found): string {
  const isGoing = pod.metadata.deletionTimestamp !== undefined;
  // A final phase does not change.
  const { phase } = pod.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed') return phase;
  const specs = new Map(
    ([...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])] as SpecContainer[]).map(
      (spec) => [spec.name, spec],
    ),
  );
  const endedForGood = ({ name, state, lastState }: ContainerStatus): boolean => {
    const ended = state.terminated ?? (state.waiting && lastState.terminated);
    return ended !== undefined && !isRestarted(policyOf(pod, specs.get(name) ?? { name }), ended.exitCode);
  };
  const isSidecar = ({ name }: ContainerStatus): boolean => specs.get(name)?.restartPolicy === 'Always';
  if (init.some((status) => !isSidecar(status) && exitCodeOf(status) !== 0 && endedForGood(status)))
    return 'Failed';
  const neverRan = containers.some(
    ({ state, lastState }) => state.waiting !== undefined && lastState.terminated === undefined,
  );
  if (neverRan) return 'Pending';
  if ([...init, ...containers].some(({ state }) => state.running !== undefined)) return 'Running';
  if (!isGoing && !containers.every(endedForGood)) return 'Running';
  if (containers.some(({ state }) => state.terminated === undefined)) return 'Running';
  return containers.every((status) => exitCodeOf(status) === 0) ? 'Succeeded' : 'Failed';
}

function exitCodeOf({ state }: ContainerStatus): number {
  return state.terminated?.exitCode ?? 0;
}

function conditions(
  pod: Pod,
  found: Found & { phase: string; hasSandbox: boolean },
  nowMs: number,
): Condition[] {
  const { containers, init, isInitialized, phase, hasSandbox } = found;
  const known = new Map(
    ((pod.status?.conditions ?? []) as Condition[]).map((condition) => [condition.type, condition]),
  );
  /** True without a reason; an empty one makes it False without a reason. */
  const condition = (type: string, reason?: string, message?: string): Condition => {
    const status = reason === undefined ? 'True' : 'False';
    const before = known.get(type);
    return {
      type,
      status,
      reason: reason || null,
      message: message ?? null,
      lastTransitionTime:
        before?.status === status && before.lastTransitionTime
          ? before.lastTransitionTime
          : formatTime(nowMs),
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    };
  };
  const over = phase === 'Succeeded' ? 'PodCompleted' : phase === 'Failed' ? 'PodFailed' : undefined;
  const names = (statuses: readonly ContainerStatus[]): string => statuses.map(({ name }) => name).join(' ');
  const unready = containers.filter(({ ready }) => !ready);
  const unreadyMessage = `containers with unready status: [${names(unready)}]`;
  const containersReady =
    over !== undefined
      ? condition('ContainersReady', over)
      : unready.length > 0
        ? condition('ContainersReady', 'ContainersNotReady', unreadyMessage)
        : condition('ContainersReady');
  const incomplete = init.filter(({ ready }) => !ready);
  // A Pod that has run was initialized, even when its sidecars have ended since.
  const hasRun = containers.some(
    ({ state, lastState }) => state.waiting === undefined || lastState.terminated,
  );
  return [
    // The sandbox is gone with the last container.
    condition('PodReadyToStartContainers', over === undefined && hasSandbox ? undefined : ''),
    isInitialized || hasRun
      ? { ...condition('Initialized'), reason: phase === 'Succeeded' ? 'PodCompleted' : null }
      : condition(
          'Initialized',
          'ContainersNotInitialized',
          `containers with incomplete status: [${names(incomplete)}]`,
        ),
    readyCondition(pod, containersReady, condition),
    containersReady,
    condition('PodScheduled'),
  ];
}

function readyCondition(
  pod: Pod,
  containersReady: Condition,
  condition: (type: string, reason?: string, message?: string) => Condition,
): Condition {
  if (containersReady.status === 'False')
    return condition('Ready', containersReady.reason ?? undefined, containersReady.message ?? undefined);
  const current = (pod.status?.conditions ?? []) as Condition[];
  const unmet = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const gate = current.find(({ type }) => type === conditionType);
    if (gate === undefined)
      return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return gate.status === 'True'
      ? []
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`];
  });
  return unmet.length === 0
    ? condition('Ready')
    : condition('Ready', 'ReadinessGatesNotReady', unmet.join(', '));
}
