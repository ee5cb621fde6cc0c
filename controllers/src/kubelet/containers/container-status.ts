import { formatTime, parseTime } from '../../runtime/clock.ts';
import { imageId, normalizedImage } from './image.ts';
import type { ContainerSpec, ContainerState, Terminated } from './container-step.ts';
import type { SimulatedContainer } from './simulated-container.ts';

interface TerminatedJson {
  exitCode: number;
  reason?: string;
  message?: string;
  startedAt?: string;
  finishedAt?: string;
  containerID?: string;
}

interface StateJson {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: TerminatedJson;
}

/** `core/v1.ContainerStatus` as JSON, as far as a node reports it. */
export interface ContainerStatus {
  name: string;
  state: StateJson;
  lastState: StateJson;
  ready: boolean;
  restartCount: number;
  image: string;
  imageID: string;
  containerID?: string;
  started?: boolean;
  /** What it has, and what it was given of its node: the same here, where a resize takes no time. */
  resources?: object;
  allocatedResources?: Record<string, string>;
}

/** Reports a container. */
export function containerStatus(
  container: SimulatedContainer,
  spec: ContainerSpec & { resources?: { requests?: Record<string, string> } },
): ContainerStatus {
  const { state, lastTermination, restartCount, ready, started, image: own } = container.reported;
  const image = own ?? normalizedImage(spec.image ?? '');
  const id = state.is === 'waiting' ? lastTermination?.containerId : state.containerId;
  const ran = state.is !== 'waiting' || lastTermination !== undefined;
  const requests = spec.resources?.requests;
  return {
    name: spec.name,
    state: stateJson(state),
    lastState:
      lastTermination !== undefined && state.is !== 'terminated'
        ? { terminated: terminatedJson(lastTermination) }
        : {},
    ready,
    restartCount,
    image: ran && image !== undefined ? image : (spec.image ?? ''),
    imageID: ran && image !== undefined ? imageId(image) : '',
    ...(id === undefined ? {} : { containerID: id }),
    started,
    ...(ran ? { resources: spec.resources ?? {} } : {}),
    ...(ran && requests ? { allocatedResources: requests } : {}),
  };
}

function stateJson(state: ContainerState): StateJson {
  switch (state.is) {
    case 'waiting':
      return {
        waiting: { reason: state.reason, ...(state.message === undefined ? {} : { message: state.message }) },
      };
    case 'running':
      return { running: { startedAt: formatTime(state.startedAtMs) } };
    case 'terminated':
      return { terminated: terminatedJson(state) };
  }
}

function terminatedJson(terminated: Terminated): TerminatedJson {
  return {
    exitCode: terminated.exitCode,
    reason: terminated.reason,
    ...(terminated.message === undefined ? {} : { message: terminated.message }),
    startedAt: formatTime(terminated.startedAtMs),
    finishedAt: formatTime(terminated.finishedAtMs),
    containerID: terminated.containerId,
  };
}

/** Restores a container from its reported status: the reverse of `containerStatus`. */
export function restoreContainer(container: SimulatedContainer, status: ContainerStatus): void {
  const { state, lastState } = status;
  const ran = state.running !== undefined || state.terminated !== undefined;
  container.restore({
    state: parseState(status),
    lastTermination: parseTerminated(state.terminated ?? lastState?.terminated),
    restartCount: status.restartCount,
    image: ran ? status.image : undefined,
  });
}

function parseState({ state, containerID = '' }: ContainerStatus): ContainerState {
  const startedAtMs = parseTime(state.running?.startedAt);
  if (startedAtMs !== undefined) return { is: 'running', startedAtMs, containerId: containerID };
  const terminated = parseTerminated(state.terminated);
  if (terminated !== undefined) return { is: 'terminated', ...terminated };
  return { is: 'waiting', reason: state.waiting?.reason ?? 'ContainerCreating' };
}

function parseTerminated(json: TerminatedJson | undefined): Terminated | undefined {
  if (json === undefined) return undefined;
  return {
    exitCode: json.exitCode,
    reason: json.reason ?? (json.exitCode === 0 ? 'Completed' : 'Error'),
    ...(json.message === undefined ? {} : { message: json.message }),
    startedAtMs: parseTime(json.startedAt) ?? 0,
    finishedAtMs: parseTime(json.finishedAt) ?? 0,
    containerId: json.containerID ?? '',
  };
}
