import type { ContainerState, Terminated } from '../containers/container-step.ts';
import type { SimulatedContainer } from '../containers/simulated-container.ts';

/** The options of a request for a log (`core/v1.PodLogOptions`). */
export interface LogOptions {
  follow: boolean;
  /** Of the run before this one. */
  previous: boolean;
  timestamps: boolean;
  tailLines: number | undefined;
  limitBytes: number | undefined;
  /** Only lines of this moment and later, in milliseconds since the epoch. */
  sinceMs: number | undefined;
}

/** One line, and when it was written. */
export interface LogLine {
  atMs: number;
  text: string;
}

/** One run of a container: since when, and how it ended, if it has. */
export interface ContainerRun {
  startedAtMs: number;
  containerId: string;
  ended: Terminated | undefined;
}

/**
 * The run whose log is requested, or kubelet's message why there is none (kubelet:
 * `validateContainerLogStatus`).
 */
export function runOf(
  { name, podName }: { name: string; podName: string },
  container: Pick<SimulatedContainer, 'state' | 'lastTermination'> | undefined,
  previous: boolean,
): ContainerRun | { problem: string } {
  const which = `container "${name}" in pod "${podName}"`;
  if (container === undefined) return { problem: `${which} is not available` };
  const { state, lastTermination } = container;
  const before = state.is === 'terminated' ? undefined : lastTermination;
  if (previous)
    return before === undefined ? { problem: `previous terminated ${which} not found` } : endedRun(before);
  if (state.is === 'running')
    return { startedAtMs: state.startedAtMs, containerId: state.containerId, ended: undefined };
  if (state.is === 'terminated') return endedRun(state);
  if (before !== undefined) return endedRun(before);
  return { problem: `${which} is waiting to start: ${waitingFor(state)}` };
}

function endedRun(ended: Terminated): ContainerRun {
  return { startedAtMs: ended.startedAtMs, containerId: ended.containerId, ended };
}

function waitingFor({ reason }: Extract<ContainerState, { is: 'waiting' }>): string {
  if (reason === 'ErrImagePull') return "image can't be pulled";
  if (reason === 'ImagePullBackOff') return 'trying and failing to pull image';
  return reason;
}

/**
 * The log of a simulated container: that it is one, when it started and how it ended. There is no process
 * that writes.
 */
export function linesOf(
  { startedAtMs, ended }: ContainerRun,
  about: { nodeName: string; image: string; command: readonly string[] },
): LogLine[] {
  const lines: LogLine[] = [
    {
      atMs: startedAtMs,
      text: `pg8s: node ${about.nodeName} simulates this container: no process runs, and none writes here`,
    },
    {
      atMs: startedAtMs,
      text: `pg8s: started ${about.image}${about.command.length === 0 ? '' : `, command ${JSON.stringify(about.command)}`}`,
    },
  ];
  if (ended !== undefined)
    lines.push({
      atMs: ended.finishedAtMs,
      text: `pg8s: ended with exit code ${ended.exitCode} (${ended.reason})`,
    });
  return lines;
}

/** Writes lines as a kubelet does, with its options applied over all calls together. */
export class LogWriter {
  readonly #options: LogOptions;
  readonly #write: (bytes: Buffer) => void;
  #leftBytes: number;

  constructor(options: LogOptions, write: (bytes: Buffer) => void) {
    this.#options = options;
    this.#write = write;
    this.#leftBytes = options.limitBytes ?? Infinity;
  }

  /** No more may be written. */
  get isFull(): boolean {
    return this.#leftBytes <= 0;
  }

  /** Writes the lines that are there already, of which only the last may be requested. */
  begin(lines: readonly LogLine[]): void {
    const { tailLines, sinceMs } = this.#options;
    const recent = lines.filter(({ atMs }) => sinceMs === undefined || atMs >= sinceMs);
    this.more(tailLines === undefined ? recent : recent.slice(Math.max(0, recent.length - tailLines)));
  }

  more(lines: readonly LogLine[]): void {
    for (const { atMs, text } of lines) {
      if (this.isFull) return;
      const stamp = this.#options.timestamps
        ? `${new Date(atMs).toISOString().replace('Z', '000000Z')} `
        : '';
      const bytes = Buffer.from(`${stamp}${text}\n`);
      const fitting = bytes.subarray(0, Math.min(bytes.length, this.#leftBytes));
      this.#leftBytes -= bytes.length;
      this.#write(fitting);
    }
  }
}
