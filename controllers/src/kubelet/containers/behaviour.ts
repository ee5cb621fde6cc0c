import { parseDuration } from '@pg8s/k8s-proto/time';
import type { Pod } from '../../runtime/client/resource.ts';
import { plainCommand } from './plain-command.ts';

/**
 * Annotations by which a Pod tells the simulated node what its containers do, so that a test can cause
 * failures. `simulate.pg8s.dev/exit-code` is for every container, `simulate.pg8s.dev/exit-code.web` for the
 * container `web`. They are read at each step: annotating a running Pod takes effect at once.
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
  image?: string;
  command?: string[];
  args?: string[];
}

/**
 * What `container` of `pod` does: by its annotations, or else by its command (see `plainCommand`). Otherwise
 * it runs for ever, except for init containers and the Pods of Jobs, which end with code 0 at once, where
 * they are not of an image that serves and have no command of their own.
 */
export function behaviourOf(pod: Pod, container: Container, isInit = false): ContainerBehaviour {
  const annotations = (pod.metadata.annotations ?? {}) as Record<string, string>;
  const asked = (name: string): string | undefined =>
    annotations[`${annotationPrefix}${name}.${container.name}`] ?? annotations[`${annotationPrefix}${name}`];
  const command = container.command ?? [];
  // Images that serve run other programs too, where their arguments say so (`kubectl run … -- sleep 5`).
  const plain = plainCommand([...command, ...(container.args ?? [])]);
  const serves = plain === undefined && command.length === 0 && isServer(container);
  const ends =
    !serves &&
    (isInit ||
      (pod.metadata.ownerReferences ?? []).some(({ kind, controller }) => kind === 'Job' && controller));
  const exitCode = integer(asked('exit-code'));
  const exitAfterMs = milliseconds(asked('exit-after'));
  const plainMs = plain?.afterMs === Infinity ? undefined : plain?.afterMs;
  const byDefault = plain === undefined ? (ends ? 0 : undefined) : plainMs;
  return {
    exitAfterMs: exitAfterMs ?? (exitCode === undefined ? byDefault : (plainMs ?? 0)),
    exitCode: exitCode ?? plain?.code ?? 0,
    pullFails: asked('image-pull') === 'fail',
    failingProbes: new Set(probes.filter((probe) => asked(probe) === 'fail')),
    startDelayMs: milliseconds(asked('start-delay')) ?? 0,
    restartBeforeMs: timestamp(asked('restart-before')),
  };
}

/**
 * Images whose own program runs until it is stopped, by the last part of their names; those that
 * Kubernetes' tests and documentation use, and the databases, queues and proxies that people run.
 */
const servers: ReadonlySet<string> = new Set(
  `pause pause-amd64 pause-arm64 agnhost sample-apiserver webserver nautilus kitten
   nginx nginx-unprivileged httpd caddy traefik haproxy envoy tomcat echoserver http-echo whoami podinfo hello-app
   registry coredns etcd consul vault minio redis valkey memcached postgres mysql mariadb mongo cassandra cockroach
   rabbitmq nats kafka zookeeper elasticsearch opensearch prometheus grafana`.split(/\s+/),
);

function isServer({ image = '' }: Container): boolean {
  const name = image
    .replace(/@.*$/, '')
    .replace(/:[^/:]*$/, '')
    .replace(/^.*\//, '');
  return servers.has(name);
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
