import { parseDuration } from '@pg8s/k8s-proto/time';
import type { Pod } from '../runtime/resource.ts';

/**
 * Annotations by which a Pod tells the simulated node what its containers shall do, so that a test can see failures
 * without having any. `simulate.pg8s.dev/exit-code` is for every container, `simulate.pg8s.dev/exit-code.web` for the
 * container `web`. They are read anew at each step: annotating a running Pod takes effect at once.
 *
 *     exit-after: 5s             the container ends so long after its start (Go duration)
 *     exit-code: "1"             … with this code; without exit-after: at once
 *     image-pull: fail           its image cannot be pulled
 *     startup|readiness|liveness: fail    that probe fails, where the container has one
 *     start-delay: 2s            it takes so long to start
 *     restart-before: 2026-01-02T15:04:05Z    it ends once, with code 143, if it was started before
 */
const annotationPrefix = 'simulate.pg8s.dev/';

export interface ContainerBehaviour {
  /** Ends so long after its start; undefined: never. */
  exitAfterMs: number | undefined;
  exitCode: number;
  pullFails: boolean;
  failingProbes: ReadonlySet<string>;
  startDelayMs: number;
  restartBeforeMs: number | undefined;
}

const probes = ['startup', 'readiness', 'liveness'];

interface Container {
  name: string;
  command?: string[];
  args?: string[];
}

/**
 * What `container` of `pod` shall do: its annotations, or else what its command plainly says (`sleep 5`, `true`,
 * `false`, `sh -c "exit 3"`). Otherwise it runs for ever, but for init containers and the Pods of Jobs, which end with
 * code 0.
 */
export function behaviourOf(pod: Pod, container: Container, isInit = false): ContainerBehaviour {
  const annotations = (pod.metadata.annotations ?? {}) as Record<string, string>;
  const asked = (name: string): string | undefined =>
    annotations[`${annotationPrefix}${name}.${container.name}`] ?? annotations[`${annotationPrefix}${name}`];
  const plain = plainCommand([...(container.command ?? []), ...(container.args ?? [])]);
  const ends =
    isInit ||
    (pod.metadata.ownerReferences ?? []).some(({ kind, controller }) => kind === 'Job' && controller);
  const exitCode = integer(asked('exit-code'));
  const exitAfterMs = milliseconds(asked('exit-after'));
  const byDefault = plain?.afterMs ?? (ends ? 0 : undefined);
  return {
    exitAfterMs: exitAfterMs ?? (exitCode === undefined ? byDefault : (plain?.afterMs ?? 0)),
    exitCode: exitCode ?? plain?.code ?? 0,
    pullFails: asked('image-pull') === 'fail',
    failingProbes: new Set(probes.filter((probe) => asked(probe) === 'fail')),
    startDelayMs: milliseconds(asked('start-delay')) ?? 0,
    restartBeforeMs: timestamp(asked('restart-before')),
  };
}

/** What a command does, where it is one of the few that need no runtime to know. */
function plainCommand(words: readonly string[]): { afterMs: number; code: number } | undefined {
  const shell = /^(\/bin\/)?(ba|a)?sh$/.test(words[0] ?? '') && words[1] === '-c' && words.length === 3;
  const [program, ...args] = shell ? words[2]!.trim().split(/\s+/) : words;
  const name = program?.replace(/^.*\//, '');
  if (args.length === 0 && name === 'true') return { afterMs: 0, code: 0 };
  if (args.length === 0 && name === 'false') return { afterMs: 0, code: 1 };
  if (shell && name === 'exit' && /^\d{1,3}$/.test(args[0] ?? '') && args.length === 1) {
    return { afterMs: 0, code: Number(args[0]) & 0xff };
  }
  if (name === 'sleep' && args.length === 1) {
    const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(args[0]!) ?? [];
    const seconds = { s: 1, m: 60, h: 3600, d: 86_400, '': 1 }[unit];
    if (amount !== undefined && seconds !== undefined)
      return { afterMs: Number(amount) * seconds * 1000, code: 0 };
  }
  return undefined;
}

function milliseconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    return Number(parseDuration(text)) / 1e6;
  } catch {
    return undefined;
  }
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,3}$/.test(text) ? Number(text) : undefined;
}

function timestamp(text: string | undefined): number | undefined {
  const parsed = Date.parse(text ?? '');
  return Number.isNaN(parsed) ? undefined : parsed;
}
