import type { ContainerStatus } from './container-status.ts';
import { restoreContainer } from './container-status.ts';
import type { Pod } from '../runtime/resource.ts';
import { behaviourOf } from './behaviour.ts';
import { type ContainerSpec, type Delays, SimulatedContainer } from './simulated-container.ts';

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
  say: (event: PodEvent) => void;
}

interface Slot {
  container: SimulatedContainer;
  group: 'initContainers' | 'containers' | 'ephemeralContainers';
}

interface SpecContainer extends ContainerSpec {
  restartPolicy?: string;
  lifecycle?: { preStop?: { sleep?: { seconds: number } } };
}

const groups = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/**
 * One Pod on a simulated node: init containers one after the other, sidecars that stay, then all containers at once,
 * by the Pod's own spec (kubelet: `kuberuntime.computePodActions`). Time is a parameter of `advance`.
 */
export class SimulatedPod {
  /** When the node took it, as in status.startTime. */
  readonly startedMs: number;
  readonly ip: string;
  readonly #slots = new Map<string, Slot>();
  #stoppingUntilMs: number | undefined;
  #deadlineExceeded = false;

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
  }

  get deadlineExceeded(): boolean {
    return this.#deadlineExceeded;
  }

  /** All containers have ended and stay so. */
  get isStopped(): boolean {
    return [...this.#slots.values()].every(({ container }) => container.state.is !== 'running');
  }

  container(name: string): SimulatedContainer | undefined {
    return this.#slots.get(name)?.container;
  }

  /** Whether all init containers have done their part. */
  isInitialized(pod: Pod): boolean {
    return ((pod.spec?.initContainers ?? []) as SpecContainer[]).every((spec) => this.#isInitDone(spec));
  }

  /** Takes all steps that are due; returns when the next is, if time alone brings one. */
  advance(pod: Pod, node: NodeSurroundings): number | undefined {
    this.#refresh(pod);
    const { activeDeadlineSeconds } = pod.spec ?? {};
    const deadlineMs =
      activeDeadlineSeconds === undefined ? Infinity : this.startedMs + activeDeadlineSeconds * 1000;
    if (!this.#deadlineExceeded && deadlineMs <= node.nowMs && !this.isStopped) {
      this.#deadlineExceeded = true;
      node.say({
        type: 'Normal',
        reason: 'DeadlineExceeded',
        message: 'Pod was active on the node longer than the specified deadline',
      });
    }
    if (this.#deadlineExceeded) {
      for (const { container } of this.#slots.values()) container.stop(node.nowMs);
      return undefined;
    }
    if (isOver(pod)) return undefined;

    const due: (number | undefined)[] = [deadlineMs === Infinity ? undefined : deadlineMs];
    let open = true;
    for (const spec of (pod.spec?.initContainers ?? []) as SpecContainer[]) {
      if (!open) break;
      due.push(this.#advanceOne(pod, spec, 'initContainers', node));
      open = this.#isInitDone(spec);
    }
    if (open) {
      for (const spec of (pod.spec?.containers ?? []) as SpecContainer[]) {
        due.push(this.#advanceOne(pod, spec, 'containers', node));
      }
    }
    for (const spec of (pod.spec?.ephemeralContainers ?? []) as SpecContainer[]) {
      due.push(this.#advanceOne(pod, spec, 'ephemeralContainers', node));
    }
    const times = due.filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** The Pod is to go: its containers end. Returns when they have, or undefined once they did. */
  stop(pod: Pod, { nowMs, say }: NodeSurroundings): number | undefined {
    if (this.#stoppingUntilMs === undefined) {
      let longestMs = 0;
      for (const [name, { container, group }] of this.#slots) {
        if (container.state.is !== 'running') continue;
        say({
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
    { nowMs, delays, images, say }: NodeSurroundings,
  ): number | undefined {
    const { name = '', namespace = '', uid = '' } = pod.metadata;
    const isSidecar = group === 'initContainers' && spec.restartPolicy === 'Always';
    const isInit = group === 'initContainers' && !isSidecar;
    const ofPod = pod.spec?.restartPolicy ?? 'Always';
    return this.#slots.get(spec.name)?.container.advance({
      nowMs,
      spec,
      behaviour: behaviourOf(pod, spec, isInit),
      // A finished init container is never run again, a failed one as long as the Pod may restart.
      restartPolicy:
        group === 'ephemeralContainers'
          ? 'Never'
          : (spec.restartPolicy ?? (isInit && ofPod === 'Always' ? 'OnFailure' : ofPod)),
      pod: { name, namespace, uid },
      delays,
      images,
      say: (type, reason, message) =>
        say({ type, reason, message, fieldPath: `spec.${group}{${spec.name}}` }),
    });
  }

  #isInitDone(spec: SpecContainer): boolean {
    const container = this.#slots.get(spec.name)?.container;
    if (container === undefined) return false;
    if (spec.restartPolicy === 'Always') return container.started;
    return container.state.is === 'terminated' && container.state.exitCode === 0;
  }
}

/** A Pod that ended is never run again. */
function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function specOf(pod: Pod, name: string): SpecContainer | undefined {
  return groups
    .flatMap((group) => (pod.spec?.[group] ?? []) as SpecContainer[])
    .find((container) => container.name === name);
}
