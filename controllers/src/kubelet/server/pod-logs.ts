import type { Pod } from '../../runtime/client/resource.ts';
import { type ContainerRun, linesOf, type LogLine, runOf } from './container-logs.ts';
import { isMirrorPod } from '../static-pods/static-pod.ts';
import { normalizedImage } from '../containers/image.ts';
import type { SimulatedPod } from '../pods/simulated-pod.ts';

/** Which log is asked for. */
export interface LogRequest {
  namespace: string;
  podName: string;
  container: string;
  previous: boolean;
}

/** What a container has said, and what it says from now on. */
export interface ContainerLog {
  lines: readonly LogLine[];
  /** Ends when the container does, when its Pod goes, or when `signal` aborts. */
  follow(signal: AbortSignal): AsyncIterable<readonly LogLine[]>;
}

/** Logs of the Pods of one node. */
export interface PodLogs {
  /** Undefined: the Pod has no such container. A `problem`: there is no log of it, in kubelet's words. */
  logOf(request: LogRequest): ContainerLog | { problem: string } | undefined;
  /** Something happened to the Pod: whoever follows a log of it looks again. */
  changed(uid: string): void;
}

interface SpecContainer {
  name: string;
  image?: string;
  command?: string[];
  args?: string[];
}

/** `podOf` and `simulatedOf` are the node's own views of its Pods. */
export function createPodLogs(
  nodeName: string,
  podOf: (namespace: string, name: string) => Pod | undefined,
  simulatedOf: (uid: string) => SimulatedPod | undefined,
): PodLogs {
  const followers = new Map<string, Set<() => void>>();

  /** Resolves at the next change of the Pod, or when `signal` aborts. */
  function nextChange(uid: string, signal: AbortSignal): Promise<void> {
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

  return {
    logOf({ namespace, podName, container: name, previous }) {
      const pod = podOf(namespace, podName);
      const spec = pod && specOf(pod, name);
      if (pod === undefined || spec === undefined) return undefined;
      const { uid = '' } = pod.metadata;
      const current = (): ContainerRun | { problem: string } =>
        runOf({ name, podName }, simulatedOf(uid)?.container(name), previous);
      if (isMirrorPod(pod)) return mirrorLogOf(pod, name, previous, nodeName);
      const run = current();
      if ('problem' in run) return run;
      const about = {
        nodeName,
        image: normalizedImage(spec.image ?? '') ?? spec.image ?? '',
        command: [...(spec.command ?? []), ...(spec.args ?? [])],
      };
      const lines = linesOf(run, about);
      return {
        lines,
        async *follow(signal) {
          let { ended } = run;
          while (ended === undefined && !signal.aborted) {
            await nextChange(uid, signal);
            if (simulatedOf(uid) === undefined) return;
            const now = current();
            if ('problem' in now) return;
            if (now.containerId === run.containerId) ended = now.ended;
            else return;
          }
          if (ended !== undefined && run.ended === undefined)
            yield linesOf({ ...run, ended }, about).slice(lines.length);
        },
      };
    },
    changed(uid) {
      followers.get(uid)?.forEach((wake) => wake());
    },
  };
}

/**
 * Of a part of the control plane that runs in a process of pg8s: when it was started. What it writes goes to that
 * process's standard error, and is for whoever runs it, not for everybody who may read logs of Pods.
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
