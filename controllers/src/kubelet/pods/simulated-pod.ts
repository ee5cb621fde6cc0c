import type { ContainerStatus } from '../containers/container-status.ts';
import { restoreContainer } from '../containers/container-status.ts';
import type { Pod } from '../../runtime/client/resource.ts';
import { behaviourOf } from '../containers/behaviour.ts';
import type { PodProblems } from './pod-problems.ts';
import type { ContainerSpec, Delays } from '../containers/container-step.ts';
import { isRestarted, SimulatedContainer } from '../containers/simulated-container.ts';

/** An Event about a Pod or one of its containers. */
export interface PodEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** `spec.containers{web}` */
  fieldPath?: string;
}

/** What a Pod shares with the others of its node. */
export interface NodeSurroundings {
  nowMs: number;
  delays: Delays;
  images: Set<string>;
  record: (event: PodEvent) => void;
  /** What is missing of the objects that the Pod refers to. */
  sources: PodProblems;
}

interface Slot {
  container: SimulatedContainer;
  group: 'initContainers' | 'containers' | 'ephemeralContainers';
}

interface SpecContainer extends ContainerSpec {
  restartPolicy?: string;
  lifecycle?: { preStop?: { sleep?: { seconds: number } } };
}

/** A mount is tried again after so long, doubling up to the longest (kubelet: `exponentialbackoff`). */
const firstMountRetryMs = 500;
const longestMountRetryMs = 122_000;

const groups = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/**
 * One Pod on a simulated node: init containers one after the other, sidecars that stay, then all containers
 * at once, by the Pod's own spec (kubelet: `kuberuntime.computePodActions`). Time is a parameter of
 * `advance`.
 */
export class SimulatedPod {
  /** When the node took it, as in status.startTime. */
  readonly startedMs: number;
  readonly ip: string;
  readonly #slots = new Map<string, Slot>();
  #stoppingUntilMs: number | undefined;
  #deadlineExceeded = false;
  #isMounted = false;
  #mountRetry = { atMs: 0, delayMs: firstMountRetryMs };
  /** When each sidecar ends, once the containers have. */
  #sidecarsEnd: Map<string, number> | undefined;

  constructor(pod: Pod, { startedMs, ip }: { startedMs: number; ip: string }) {
    this.startedMs = startedMs;
    this.ip = ip;
    const known = [
      ...((pod.status?.initContainerStatuses ?? []) as ContainerStatus[]),
      ...((pod.status?.containerStatuses ?? []) as ContainerStatus[]),
      ...((pod.status?.ephemeralContainerStatuses ?? []) as ContainerStatus[]),
    ];
    this.#refresh(pod);
    for (const status of known) {
      const slot = this.#slots.get(status.name);
      if (slot !== undefined) restoreContainer(slot.container, status);
    }
    this.#isMounted = known.some(
      ({ state, lastState }) => state.waiting === undefined || lastState?.terminated,
    );
  }

  /** Whether its volumes are mounted, and it has its sandbox and address. */
  get isMounted(): boolean {
    return this.#isMounted;
  }

  /** Whether the objects that the Pod refers to matter: a container may be about to start. */
  get isStarting(): boolean {
    if (this.#deadlineExceeded) return false;
    return (
      !this.#isMounted || [...this.#slots.values()].some(({ container }) => container.state.is !== 'running')
    );
  }

  get deadlineExceeded(): boolean {
    return this.#deadlineExceeded;
  }

  /** Whether no container runs. */
  get isStopped(): boolean {
    return [...this.#slots.values()].every(({ container }) => container.state.is !== 'running');
  }

  container(name: string): SimulatedContainer | undefined {
    return this.#slots.get(name)?.container;
  }

  /** Whether all init containers have succeeded, and all sidecars have started. */
  isInitialized(pod: Pod): boolean {
    return ((pod.spec?.initContainers ?? []) as SpecContainer[]).every((spec) => this.#isInitDone(spec));
  }

  /** Does all steps that are due; returns when the next one is, if it depends on time only. */
  advance(pod: Pod, node: NodeSurroundings): number | undefined {
    this.#refresh(pod);
    const { activeDeadlineSeconds } = pod.spec ?? {};
    const deadlineMs =
      activeDeadlineSeconds === undefined ? Infinity : this.startedMs + activeDeadlineSeconds * 1000;
    if (!this.#deadlineExceeded && deadlineMs <= node.nowMs && !this.isStopped) {
      this.#deadlineExceeded = true;
      node.record({
        type: 'Normal',
        reason: 'DeadlineExceeded',
        message: 'Pod was active on the node longer than the specified deadline',
      });
    }
    if (this.#deadlineExceeded) {
      for (const { container } of this.#slots.values()) container.stop(node.nowMs);
      return undefined;
    }
    if (isOver(pod)) {
      // Another client ended it: none of its containers may go on.
      for (const { container } of this.#slots.values()) container.stop(node.nowMs);
      return undefined;
    }

    const due: (number | undefined)[] = [deadlineMs === Infinity ? undefined : deadlineMs];
    if (!this.#isMounted) {
      const retryMs = this.#mount(node);
      if (retryMs !== undefined) return Math.min(retryMs, deadlineMs);
    }
    const isEnding = this.#sidecarsEnd !== undefined || this.#isDone(pod);
    let open = true;
    for (const spec of (pod.spec?.initContainers ?? []) as SpecContainer[]) {
      if (!open || (isEnding && isSidecar(spec))) break;
      due.push(this.#advanceOne(pod, spec, 'initContainers', node));
      open = this.#isInitDone(spec);
    }
    if (open && !isEnding) {
      for (const spec of (pod.spec?.containers ?? []) as SpecContainer[]) {
        due.push(this.#advanceOne(pod, spec, 'containers', node));
      }
    }
    if (this.#isDone(pod)) due.push(this.#endSidecars(pod, node));
    for (const spec of (pod.spec?.ephemeralContainers ?? []) as SpecContainer[]) {
      due.push(this.#advanceOne(pod, spec, 'ephemeralContainers', node));
    }
    const times = due.filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Mounts the volumes, or records why not; returns when to try again, or undefined when they are there. */
  #mount({ nowMs, sources, record }: NodeSurroundings): number | undefined {
    if (sources.volumes.length === 0) {
      this.#isMounted = true;
      return undefined;
    }
    if (this.#mountRetry.atMs <= nowMs) {
      for (const message of sources.volumes) record({ type: 'Warning', reason: 'FailedMount', message });
      const { delayMs } = this.#mountRetry;
      this.#mountRetry = { atMs: nowMs + delayMs, delayMs: Math.min(2 * delayMs, longestMountRetryMs) };
    }
    return this.#mountRetry.atMs;
  }

  /**
   * Its containers have ended and are not started again, or an init container has failed for good.
   */
  #isDone(pod: Pod): boolean {
    const hasEnded = (spec: SpecContainer): boolean => {
      const state = this.#slots.get(spec.name)?.container.state;
      return state?.is === 'terminated' && !isRestarted(policyOf(pod, spec), state.exitCode);
    };
    const failed = ((pod.spec?.initContainers ?? []) as SpecContainer[]).some((spec) => {
      if (isSidecar(spec) || !hasEnded(spec)) return false;
      const state = this.#slots.get(spec.name)?.container.state;
      return state?.is === 'terminated' && state.exitCode !== 0;
    });
    return failed || ((pod.spec?.containers ?? []) as SpecContainer[]).every(hasEnded);
  }

  /** Sidecars end when the others have, the last started first; returns when the next ends. */
  #endSidecars(pod: Pod, { nowMs, record }: NodeSurroundings): number | undefined {
    if (this.#sidecarsEnd === undefined) {
      this.#sidecarsEnd = new Map();
      let endMs = nowMs;
      for (const spec of ((pod.spec?.initContainers ?? []) as SpecContainer[]).toReversed()) {
        if (!isSidecar(spec) || this.#slots.get(spec.name)?.container.state.is !== 'running') continue;
        record({
          type: 'Normal',
          reason: 'Killing',
          message: `Stopping container ${spec.name}`,
          fieldPath: `spec.initContainers{${spec.name}}`,
        });
        const graceMs = 1000 * (pod.spec?.terminationGracePeriodSeconds ?? 30);
        endMs += Math.min(graceMs, 1000 * (spec.lifecycle?.preStop?.sleep?.seconds ?? 0));
        this.#sidecarsEnd.set(spec.name, endMs);
      }
    }
    const later: number[] = [];
    for (const [name, endMs] of this.#sidecarsEnd) {
      if (endMs <= nowMs) this.#slots.get(name)?.container.stop(endMs);
      else later.push(endMs);
    }
    return later.length === 0 ? undefined : Math.min(...later);
  }

  /**
   * The Pod is being deleted: its containers end. Returns when they will have ended; undefined: they have.
   */
  stop(pod: Pod, { nowMs, record }: NodeSurroundings): number | undefined {
    if (this.#stoppingUntilMs === undefined) {
      let longestMs = 0;
      for (const [name, { container, group }] of this.#slots) {
        if (container.state.is !== 'running') continue;
        record({
          type: 'Normal',
          reason: 'Killing',
          message: `Stopping container ${name}`,
          fieldPath: `spec.${group}{${name}}`,
        });
        longestMs = Math.max(longestMs, 1000 * (specOf(pod, name)?.lifecycle?.preStop?.sleep?.seconds ?? 0));
      }
      const graceMs = 1000 * (pod.metadata.deletionGracePeriodSeconds ?? 0);
      this.#stoppingUntilMs = nowMs + Math.min(longestMs, graceMs);
    }
    if (nowMs < this.#stoppingUntilMs) return this.#stoppingUntilMs;
    for (const { container } of this.#slots.values()) container.stop(nowMs);
    return undefined;
  }

  #refresh(pod: Pod): void {
    const waitingReason =
      (pod.spec?.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
    for (const group of groups) {
      for (const { name } of (pod.spec?.[group] ?? []) as SpecContainer[]) {
        if (!this.#slots.has(name)) {
          this.#slots.set(name, { container: new SimulatedContainer(waitingReason), group });
        }
      }
    }
  }

  #advanceOne(
    pod: Pod,
    spec: SpecContainer,
    group: Slot['group'],
    { nowMs, delays, images, record, sources }: NodeSurroundings,
  ): number | undefined {
    const { name = '', namespace = '', uid = '' } = pod.metadata;
    const isInit = group === 'initContainers' && !isSidecar(spec);
    return this.#slots.get(spec.name)?.container.advance({
      nowMs,
      spec,
      behaviour: behaviourOf(pod, spec, isInit),
      restartPolicy: group === 'ephemeralContainers' ? 'Never' : policyOf(pod, spec),
      pod: { name, namespace, uid },
      delays,
      images,
      configProblem: sources.environments.get(spec.name),
      record: (type, reason, message) =>
        record({ type, reason, message, fieldPath: `spec.${group}{${spec.name}}` }),
    });
  }

  #isInitDone(spec: SpecContainer): boolean {
    const container = this.#slots.get(spec.name)?.container;
    if (container === undefined) return false;
    if (isSidecar(spec)) return container.started;
    return container.state.is === 'terminated' && container.state.exitCode === 0;
  }
}

/** An init container that runs beside the others. */
function isSidecar({ restartPolicy }: SpecContainer): boolean {
  return restartPolicy === 'Always';
}

/**
 * The restart policy of a container: its own or the Pod's. A finished init container is never
 * run again, a failed one as long as the Pod may restart.
 */
export function policyOf(pod: Pod, spec: { name: string; restartPolicy?: string }): string {
  const ofPod = pod.spec?.restartPolicy ?? 'Always';
  const isInit = (pod.spec?.initContainers ?? []).some(({ name }) => name === spec.name);
  return spec.restartPolicy ?? (isInit && ofPod === 'Always' ? 'OnFailure' : ofPod);
}

/** A Pod that ended is never started again. */
function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function specOf(pod: Pod, name: string): SpecContainer | undefined {
  return groups
    .flatMap((group) => (pod.spec?.[group] ?? []) as SpecContainer[])
    .find((container) => container.name === name);
}
