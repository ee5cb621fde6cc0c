import type { Pod } from '../../runtime/client/resource.ts';
import { type ContainerRun, linesOf, type LogLine, runOf } from './container-logs.ts';
import { isMirrorPod } from '../static-pods/static-pod.ts';
import { normalizedImage } from '../containers/image.ts';
import type { SimulatedPod } from '../pods/simulated-pod.ts';

/** Which log is requested. */
export interface LogRequest {
  namespace: string;
  podName: string;
  container: string;
  previous: boolean;
}

/** The lines that a container has written, and those that it writes from now on. */
export interface ContainerLog {
  lines: readonly LogLine[];
  /** Ends when the container does, when its Pod goes, or when `signal` aborts. */
  follow(signal: AbortSignal): AsyncIterable<readonly LogLine[]>;
}

interface SpecContainer {
  name: string;
  image?: string;
  command?: string[];
  args?: string[];
}

/** The node's own view of its Pods. */
export interface PodLogsOptions {
  nodeName: string;
  podOf: (namespace: string, name: string) => Pod | undefined;
  /** By uid. */
  simulatedOf: (uid: string) => SimulatedPod | undefined;
}

/** The logs of the Pods of one node. */
export class PodLogs {
  readonly #options: PodLogsOptions;
  readonly #followers = new Map<string, Set<() => void>>();

  constructor(options: PodLogsOptions) {
    this.#options = options;
  }

  /** Undefined: the Pod has no such container. A `problem`: it has no log, in kubelet's words. */
  logOf(request: LogRequest): ContainerLog | { problem: string } | undefined {
    const { namespace, podName, container: name, previous } = request;
    const { podOf, nodeName } = this.#options;
    const pod = podOf(namespace, podName);
    const spec = pod && specOf(pod, name);
    if (pod === undefined || spec === undefined) return undefined;
    if (isMirrorPod(pod)) return mirrorLogOf(pod, name, previous, nodeName);
    const { uid = '' } = pod.metadata;
    const run = this.#runOf(uid, request);
    if ('problem' in run) return run;
    const about = {
      nodeName,
      image: normalizedImage(spec.image ?? '') ?? spec.image ?? '',
      command: [...(spec.command ?? []), ...(spec.args ?? [])],
    };
    const lines = linesOf(run, about);
    return { lines, follow: (signal) => this.#follow(request, { uid, run, about }, signal) };
  }

  /** Something happened to the Pod of this uid: those who follow one of its logs look again. */
  changed(uid: string): void {
    this.#followers.get(uid)?.forEach((wake) => wake());
  }

  /** The lines after those of `run`: there are some only when it ends. */
  async *#follow(
    request: LogRequest,
    { uid, run, about }: { uid: string; run: ContainerRun; about: Parameters<typeof linesOf>[1] },
    signal: AbortSignal,
  ): AsyncGenerator<readonly LogLine[]> {
    if (run.ended !== undefined) return;
    const ended = await this.#endOf(run, uid, request, signal);
    if (ended !== undefined) yield linesOf({ ...run, ended }, about).slice(linesOf(run, about).length);
  }

  #runOf(
    uid: string,
    { container: name, podName, previous }: LogRequest,
  ): ContainerRun | { problem: string } {
    return runOf({ name, podName }, this.#options.simulatedOf(uid)?.container(name), previous);
  }

  /** Resolves to how the run ended; undefined: the Pod is gone, another run began, or `signal` aborted. */
  async #endOf(
    run: ContainerRun,
    uid: string,
    request: LogRequest,
    signal: AbortSignal,
  ): Promise<ContainerRun['ended']> {
    let { ended } = run;
    while (ended === undefined && !signal.aborted) {
      await this.#nextChange(uid, signal);
      if (this.#options.simulatedOf(uid) === undefined) return undefined;
      const now = this.#runOf(uid, request);
      if ('problem' in now || now.containerId !== run.containerId) return undefined;
      ended = now.ended;
    }
    return ended;
  }

  /** Resolves at the next change of the Pod, or when `signal` aborts. */
  #nextChange(uid: string, signal: AbortSignal): Promise<void> {
    const followers = this.#followers;
    return new Promise((resolve) => {
      const waiting = followers.get(uid) ?? new Set();
      followers.set(uid, waiting);
      const wake = (): void => {
        waiting.delete(wake);
        if (waiting.size === 0 && followers.get(uid) === waiting) followers.delete(uid);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
      if (signal.aborted) wake();
    });
  }
}

/**
 * The log of a component of the control plane that runs in a process of pg8s: when it was started. What the
 * component writes goes to that process's standard error, which not everybody who may read logs of Pods may
 * see.
 */
function mirrorLogOf(
  { metadata, status }: Pod,
  name: string,
  previous: boolean,
  nodeName: string,
): ContainerLog | { problem: string } {
  const which = `container "${name}" in pod "${metadata.name}"`;
  const startedAt = status?.containerStatuses?.find((one) => one.name === name)?.state?.running?.startedAt;
  if (previous) return { problem: `previous terminated ${which} not found` };
  if (startedAt === undefined) return { problem: `${which} is not available` };
  const atMs = Date.parse(startedAt);
  const lines = [
    `pg8s: ${name} runs in a process of pg8s on ${nodeName}, and writes to its standard error`,
    'pg8s: started',
  ].map((text) => ({ atMs, text }));
  return { lines, async *follow() {} };
}

function specOf({ spec }: Pod, name: string): SpecContainer | undefined {
  return (
    [
      ...(spec?.containers ?? []),
      ...(spec?.initContainers ?? []),
      ...(spec?.ephemeralContainers ?? []),
    ] as SpecContainer[]
  ).find((container) => container.name === name);
}
