import type { ContainerBehaviour } from './behaviour.ts';

/** Records an event about a container, with its field path. */
export type RecordContainerEvent = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

/** The fields of a container's spec that the simulation uses. */
export interface ContainerSpec {
  name: string;
  image?: string;
  imagePullPolicy?: string;
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
}

/** The times of a probe. */
export interface Probe {
  initialDelaySeconds?: number;
  periodSeconds?: number;
  failureThreshold?: number;
}

/** How a run of a container ended. */
export interface Terminated {
  exitCode: number;
  reason: string;
  message?: string;
  startedAtMs: number;
  finishedAtMs: number;
  containerId: string;
}

/** The state of a container, as a kubelet reports it. */
export type ContainerState =
  | { is: 'waiting'; reason: string; message?: string }
  | { is: 'running'; startedAtMs: number; containerId: string }
  | ({ is: 'terminated' } & Terminated);

/** How long a simulated node takes to pull an image and to start a container. */
export interface Delays {
  pullMs: number;
  startMs: number;
}

/** What a container uses of its Pod and node in a step. */
export interface Surroundings {
  nowMs: number;
  spec: ContainerSpec;
  behaviour: ContainerBehaviour;
  /** Of the Pod, or the container's own. */
  restartPolicy: string;
  pod: { name: string; namespace: string; uid: string };
  delays: Delays;
  /** Images that the node has. */
  images: Set<string>;
  /** Why its environment cannot be made, if it cannot. */
  configProblem: string | undefined;
  record: RecordContainerEvent;
}
