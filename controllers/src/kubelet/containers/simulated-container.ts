import { formatDuration } from '@pg8s/k8s-proto/time';
import type { ContainerSpec, ContainerState, Probe, Surroundings, Terminated } from './container-step.ts';
import { failsAfterMs, fatalProbes, firstProbeMs } from './probes.ts';
import { containerId, imageSizeBytes, normalizedImage } from './image.ts';

/** What a waiting container waits for: to begin, its image, its start, or the end of a backoff. */
type Step = 'idle' | 'pulling' | 'starting' | 'backoff';

/** kubelet tries again after a failed sync (`workerBackOffPeriod`). */
const retryConfigMs = 10_000;
const configError = 'CreateContainerConfigError';
const creating = 'ContainerCreating';
const firstBackoffMs = 10_000;
const longestBackoffMs = 300_000;
/** After running so long a container's crashes are forgotten (kubelet: `MaxContainerBackOff` × 2). */
const forgetCrashesAfterMs = 600_000;
const signalled = 128;
const sigterm = 15;
const sigkill = 9;

/** What of a container is reported. */
export type ReportedContainer = Pick<
  SimulatedContainer,
  'state' | 'lastTermination' | 'restartCount' | 'image' | 'started' | 'ready'
>;

/**
 * One container as a kubelet would report it, without a container.
 *
 *     waiting ──pull──► waiting ──start──► running ──exit──► terminated
 *        ▲  ErrImagePull,                                        │ restart policy
 *        │  ImagePullBackOff                                     ▼
 *        └──────────────────────────────── waiting CrashLoopBackOff
 *
 * `advance` does every step whose time has come and returns when the next is due. Everything that can be read
 * here is in the Pod's status too, so that a restarted kubelet goes on from there (`restore`).
 */
export class SimulatedContainer {
  state: ContainerState;
  lastTermination: Terminated | undefined;
  restartCount = 0;
  /** The full name of the image that runs. */
  image: string | undefined;
  started = false;
  ready = false;
  #step: Step = 'idle';
  #dueMs = 0;
  #pullStartedMs = 0;
  #pullFailures = 0;
  #crashes = 0;
  #unhealthyRecorded = new Set<string>();
  #replaced: ReportedContainer | undefined;

  constructor(waitingReason: string) {
    this.state = { is: 'waiting', reason: waitingReason };
  }

  /**
   * As it is; but while it is replaced for another image, as it was: a kubelet kills, pulls and starts before
   * it reports again.
   */
  get reported(): ReportedContainer {
    return this.#replaced ?? this;
  }

  get isFinished(): boolean {
    return this.state.is === 'terminated';
  }

  /** Restores what an earlier kubelet reported. */
  restore(known: {
    state: ContainerState;
    lastTermination: Terminated | undefined;
    restartCount: number;
    image: string | undefined;
  }): void {
    this.restartCount = known.restartCount;
    this.lastTermination = known.lastTermination;
    this.image = known.image;
    // A container that waited begins anew.
    if (known.state.is !== 'waiting') this.state = known.state;
  }

  /**
   * Does every step that is due; returns when (ms since the epoch) the next one is, if it depends
   * on time only.
   */
  advance(at: Surroundings): number | undefined {
    for (;;) {
      const next = this.#next(at);
      if (next === undefined || next > at.nowMs) {
        this.#probe(at);
        if (this.state.is !== 'waiting' || this.state.reason !== creating) this.#replaced = undefined;
        const probed = this.#nextProbeMs(at);
        return next === undefined ? probed : probed === undefined ? next : Math.min(next, probed);
      }
      this.#take(at);
    }
  }

  /** Ends it, if it runs: the Pod is being deleted. */
  stop(nowMs: number): void {
    if (this.state.is === 'running') this.#terminate(nowMs, 0, 'Completed');
    else if (this.state.is === 'waiting' && this.lastTermination !== undefined) {
      this.state = { is: 'terminated', ...this.lastTermination };
    }
    this.#step = 'idle';
    this.#replaced = undefined;
    this.started = false;
    this.ready = false;
  }

  /** When the next step is due; undefined: there is none. */
  #next({ nowMs, spec, behaviour, restartPolicy, configProblem }: Surroundings): number | undefined {
    const { state } = this;
    if (state.is === 'waiting') {
      const isMended =
        state.reason === configError && this.#step === 'backoff' && configProblem === undefined;
      return this.#step === 'idle' || isMended ? nowMs : this.#dueMs;
    }
    if (state.is === 'terminated') return isRestarted(restartPolicy, state.exitCode) ? nowMs : undefined;
    if (this.#isOutdated(spec)) return nowMs;
    if (behaviour.restartBeforeMs !== undefined && state.startedAtMs < behaviour.restartBeforeMs)
      return nowMs;
    const ends = [
      ...(behaviour.exitAfterMs === undefined ? [] : [state.startedAtMs + behaviour.exitAfterMs]),
      ...fatalProbes(spec, behaviour).map(({ probe }) => state.startedAtMs + failsAfterMs(probe)),
    ];
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  #take(at: Surroundings): void {
    if (this.state.is === 'waiting') this.#takeWaiting(at);
    else if (this.state.is === 'running') this.#takeRunning(at, this.state.startedAtMs);
    else this.#restart(at);
  }

  #takeWaiting(at: Surroundings): void {
    const { nowMs, spec, behaviour, delays, images, record, pod } = at;
    const image = spec.image ?? '';
    switch (this.#step) {
      case 'idle':
      case 'backoff':
        this.#beginPull(at);
        return;
      case 'pulling': {
        if (behaviour.pullFails) {
          this.#failPull(at, `failed to pull and unpack image "${normalizedImage(image)}": not found`);
          return;
        }
        const took = formatDuration(
          BigInt(Math.max(1, Math.round(nowMs - this.#pullStartedMs))) * 1_000_000n,
        );
        images.add(image);
        const size = imageSizeBytes(normalizedImage(image) ?? image);
        record(
          'Normal',
          'Pulled',
          `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${size} bytes.`,
        );
        this.#begin('starting', nowMs + delays.startMs + behaviour.startDelayMs);
        return;
      }
      case 'starting':
        if (at.configProblem !== undefined) {
          record('Warning', 'Failed', `Error: ${at.configProblem}`);
          this.state = { is: 'waiting', reason: configError, message: at.configProblem };
          this.#begin('backoff', nowMs + retryConfigMs);
          return;
        }
        record('Normal', 'Created', 'Container created');
        record('Normal', 'Started', 'Container started');
        this.image = normalizedImage(image);
        this.state = {
          is: 'running',
          startedAtMs: nowMs,
          containerId: containerId(pod.uid, spec.name, this.restartCount),
        };
        this.#step = 'idle';
        this.#pullFailures = 0;
        this.#unhealthyRecorded.clear();
    }
  }

  #beginPull(at: Surroundings): void {
    const { nowMs, spec, delays, images, record, behaviour } = at;
    const image = spec.image ?? '';
    if (normalizedImage(image) === undefined) {
      const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
      if (this.state.is === 'waiting' && this.state.reason !== 'InvalidImageName') {
        record('Warning', 'InspectFailed', message);
        record('Warning', 'Failed', 'Error: InvalidImageName');
      }
      this.state = { is: 'waiting', reason: 'InvalidImageName', message };
      this.#begin('backoff', nowMs + firstBackoffMs);
      return;
    }
    const present = images.has(image);
    if (spec.imagePullPolicy === 'Never' && !present) {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      record('Warning', 'ErrImageNeverPull', message);
      record('Warning', 'Failed', 'Error: ErrImageNeverPull');
      this.state = { is: 'waiting', reason: 'ErrImageNeverPull', message };
      this.#begin('backoff', nowMs + firstBackoffMs);
      return;
    }
    if (present && spec.imagePullPolicy !== 'Always') {
      record(
        'Normal',
        'Pulled',
        `Container image "${image}" already present on machine and can be accessed by the pod`,
      );
      this.#begin('starting', nowMs + delays.startMs + behaviour.startDelayMs);
      return;
    }
    record('Normal', 'Pulling', `Pulling image "${image}"`);
    this.#pullStartedMs = nowMs;
    this.#begin('pulling', nowMs + delays.pullMs);
  }

  #failPull({ nowMs, spec, record }: Surroundings, cause: string): void {
    const image = spec.image ?? '';
    this.#pullFailures++;
    const waitMs = backoffMs(this.#pullFailures);
    record('Warning', 'Failed', `Failed to pull image "${image}": ${cause}`);
    record('Warning', 'Failed', 'Error: ErrImagePull');
    this.state =
      this.#pullFailures === 1
        ? { is: 'waiting', reason: 'ErrImagePull', message: cause }
        : {
            is: 'waiting',
            reason: 'ImagePullBackOff',
            message: `Back-off pulling image "${image}": ErrImagePull: ${cause}`,
          };
    if (this.#pullFailures > 1) {
      record('Normal', 'BackOff', `Back-off pulling image "${image}"`);
      record('Warning', 'Failed', 'Error: ImagePullBackOff');
    }
    this.#begin('backoff', nowMs + waitMs);
  }

  #takeRunning(at: Surroundings, startedAtMs: number): void {
    const { nowMs, spec, behaviour, record } = at;
    if (this.#isOutdated(spec)) {
      record('Normal', 'Killing', `Container ${spec.name} definition changed, will be restarted`);
      const { state, lastTermination, restartCount, image, started, ready } = this;
      this.#replaced = { state, lastTermination, restartCount, image, started, ready };
      this.#terminate(nowMs, 0, 'Completed');
      this.#restartNow(at);
      return;
    }
    if (behaviour.restartBeforeMs !== undefined && startedAtMs < behaviour.restartBeforeMs) {
      this.#terminate(nowMs, signalled + sigterm, 'Error');
      return;
    }
    const exitMs = behaviour.exitAfterMs === undefined ? Infinity : startedAtMs + behaviour.exitAfterMs;
    if (exitMs <= nowMs) {
      this.#terminate(nowMs, behaviour.exitCode, behaviour.exitCode === 0 ? 'Completed' : 'Error');
      return;
    }
    const failed = fatalProbes(spec, behaviour).find(
      ({ probe }) => startedAtMs + failsAfterMs(probe) <= nowMs,
    );
    if (failed !== undefined) {
      record('Warning', 'Unhealthy', `${failed.name} probe failed: simulated failure`);
      record(
        'Normal',
        'Killing',
        `Container ${spec.name} failed ${failed.name.toLowerCase()} probe, will be restarted`,
      );
      this.#terminate(nowMs, signalled + sigkill, 'Error');
    }
  }

  /** Leaves `terminated`, by the restart policy: at once the first time, later with backoff. */
  #restart(at: Surroundings): void {
    const { nowMs, spec, pod, record } = at;
    const terminated = this.lastTermination;
    if (
      terminated !== undefined &&
      terminated.finishedAtMs - terminated.startedAtMs >= forgetCrashesAfterMs
    ) {
      this.#crashes = 0;
    }
    this.#crashes++;
    if (this.#crashes === 1) {
      this.#restartNow(at);
      return;
    }
    const waitMs = backoffMs(this.#crashes - 1);
    const full = `${pod.name}_${pod.namespace}(${pod.uid})`;
    const shown = formatDuration(BigInt(waitMs) * 1_000_000n);
    record('Warning', 'BackOff', `Back-off restarting failed container ${spec.name} in pod ${full}`);
    this.state = {
      is: 'waiting',
      reason: 'CrashLoopBackOff',
      message: `back-off ${shown} restarting failed container=${spec.name} pod=${full}`,
    };
    this.restartCount++;
    this.#begin('backoff', nowMs + waitMs);
  }

  #restartNow({ nowMs }: Surroundings): void {
    this.restartCount++;
    this.state = { is: 'waiting', reason: creating };
    this.#begin('backoff', nowMs);
  }

  #terminate(nowMs: number, exitCode: number, reason: string): void {
    if (this.state.is !== 'running') return;
    const { startedAtMs, containerId: id } = this.state;
    this.lastTermination = { exitCode, reason, startedAtMs, finishedAtMs: nowMs, containerId: id };
    this.state = { is: 'terminated', ...this.lastTermination };
    this.started = false;
    this.ready = false;
  }

  /** The Pod's spec names another image than the one that runs. */
  #isOutdated(spec: ContainerSpec): boolean {
    return this.image !== undefined && spec.image !== undefined && this.image !== normalizedImage(spec.image);
  }

  #begin(step: Exclude<Step, 'idle'>, dueMs: number): void {
    this.#step = step;
    this.#dueMs = dueMs;
  }

  #probe({ nowMs, spec, behaviour, record }: Surroundings): void {
    if (this.state.is !== 'running') {
      this.started = false;
      this.ready = false;
      return;
    }
    const ranMs = nowMs - this.state.startedAtMs;
    const passes = (name: string, probe: Probe | undefined): boolean => {
      if (probe === undefined) return true;
      if (ranMs < firstProbeMs(probe)) return false;
      if (!behaviour.failingProbes.has(name)) return true;
      if (!this.#unhealthyRecorded.has(name)) {
        this.#unhealthyRecorded.add(name);
        const title = name[0]!.toUpperCase() + name.slice(1);
        record('Warning', 'Unhealthy', `${title} probe failed: simulated failure`);
      }
      return false;
    };
    this.started = passes('startup', spec.startupProbe);
    this.ready = this.started && passes('readiness', spec.readinessProbe);
  }

  /** When a probe that has not succeeded yet may succeed. */
  #nextProbeMs({ nowMs, spec }: Surroundings): number | undefined {
    if (this.state.is !== 'running' || this.ready) return undefined;
    const { startedAtMs } = this.state;
    const due = [spec.startupProbe, spec.readinessProbe]
      .flatMap((probe) => (probe === undefined ? [] : [startedAtMs + firstProbeMs(probe)]))
      .filter((ms) => ms > nowMs);
    return due.length === 0 ? undefined : Math.min(...due);
  }
}

/** Whether a container that ended with this code is started again. */
export function isRestarted(restartPolicy: string, exitCode: number): boolean {
  return restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0);
}

function backoffMs(failures: number): number {
  return Math.min(firstBackoffMs * 2 ** (failures - 1), longestBackoffMs);
}
