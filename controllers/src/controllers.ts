import type { KubeConfig } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type ControllerManagerOptions, startControllerManager } from './controller-manager.ts';
import { startNodeAgent, type StartNodeAgentOptions } from './kubelet/start-kubelets.ts';
import type { Clock } from './runtime/clock.ts';
import type { LeaderElectionSettings, ObservedPart, Part, Worker } from './runtime/part.ts';
import type { ClientRateLimit } from './runtime/client/rest-client.ts';
import { startScheduler } from './scheduler/start-scheduler.ts';

/** One kubeconfig an identity. A part whose kubeconfig is absent does not run. */
export interface KubeConfigs {
  /** `system:kube-controller-manager` */
  controllerManager?: KubeConfig;
  /** `system:kube-scheduler` */
  scheduler?: KubeConfig;
  /** `system:node:NAME` */
  node?: (name: string) => KubeConfig;
}

/** How the controller manager or the scheduler runs. */
export interface ComponentSettings {
  /** false: work at once, whoever else does. Default true. */
  leaderElect?: boolean;
  /** The Lease; the defaults are the original's. */
  leaderElection?: Omit<LeaderElectionSettings, 'identity'>;
  /** Default: no limit. */
  rateLimit?: ClientRateLimit;
}

export interface ControllersOptions {
  kubeConfigs: KubeConfigs;
  controllerManager?: ControllerManagerOptions & ComponentSettings;
  scheduler?: ComponentSettings;
  /** The Nodes to simulate. */
  nodeNames: readonly string[];
  /**
   * Simulate them only while the controller manager here works: of several control planes on one store, one runs the
   * Pods. Default false: whoever else does.
   */
  nodesFollowLeader?: boolean;
  /** The HTTP API of these nodes, at which an API server finds logs. Absent: there is none. */
  kubelet?: NonNullable<StartNodeAgentOptions['kubelet']>;
  /** Holds the leader Leases; unlike that of any other process. */
  identity: string;
  log: Logger;
  clock?: Clock;
  metrics?: Registry;
}

/** All that runs above the API. */
export interface Controllers extends Part {
  /** Resolves when all is ready, or ready but for another process that leads: then to the identity of that one. */
  readonly started: Promise<string | undefined>;
  /** What keeps one from working; undefined: nothing, or it doesn't run here. */
  problemOf(part: 'controller-manager' | 'scheduler'): string | undefined;
}

/** Starts everything above the API: the controller manager, the scheduler and the simulated nodes. */
export function startControllers(options: ControllersOptions): Promise<Controllers> {
  const { kubeConfigs, log, nodeNames, identity, clock, metrics } = options;
  const shared = { ...(clock ? { clock } : {}), ...(metrics ? { metrics } : {}) };
  const leading = ({ leaderElect = true, leaderElection, rateLimit }: ComponentSettings = {}) => ({
    ...shared,
    ...(rateLimit ? { rateLimit } : {}),
    ...(leaderElect ? { leaderElection: { ...leaderElection, identity } } : {}),
  });
  const parts: Part[] = [];
  const observed = new Map<string, ObservedPart>();
  const { controllerManager, scheduler, node } = kubeConfigs;
  const simulateNodes = (): Part | undefined =>
    node && nodeNames.length > 0
      ? startNodeAgent({
          kubeConfig: node,
          nodeNames,
          log: log.child({ component: 'node-agent' }),
          ...(options.kubelet ? { kubelet: options.kubelet } : {}),
          ...shared,
        })
      : undefined;
  const following =
    controllerManager && options.nodesFollowLeader === true ? followingPart(simulateNodes) : undefined;
  if (controllerManager)
    observed.set(
      'controller-manager',
      startControllerManager(
        {
          kubeConfig: controllerManager,
          log: log.child({ component: 'kube-controller-manager' }),
          ...leading(options.controllerManager),
        },
        {
          ...options.controllerManager,
          whileLeading: () => [
            ...(options.controllerManager?.whileLeading?.() ?? []),
            ...(following === undefined ? [] : [following]),
          ],
        },
      ),
    );
  if (scheduler)
    observed.set(
      'scheduler',
      startScheduler({
        kubeConfig: scheduler,
        log: log.child({ component: 'kube-scheduler' }),
        ...leading(options.scheduler),
      }),
    );
  parts.push(...observed.values());
  const nodes = following === undefined ? simulateNodes() : undefined;
  if (nodes) parts.push(nodes);

  const ready = Promise.all([...parts.map((part) => part.ready), following?.ready]).then(() => undefined);
  ready.catch(() => undefined);
  const started = Promise.all(
    [...observed.values()].map((part) => Promise.race([part.ready.then(() => undefined), part.standby])),
  ).then(async (leaders) => leaders.find((leader) => leader !== undefined) ?? (await ready, undefined));
  started.catch(() => undefined);
  return Promise.resolve({
    ready,
    started,
    problemOf: (part) => observed.get(part)?.problem(),
    async close() {
      await Promise.all(parts.map((part) => part.close()));
    },
  });
}

/** A part that runs while a worker does: started and stopped with it, once for every term. */
function followingPart(start: () => Part | undefined): Worker & { ready: Promise<void> } {
  let current: Part | undefined;
  let markReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });
  return {
    ready,
    start: () => {
      current = start();
      // A term that ends before it is ready leaves that to the next one.
      if (current === undefined) markReady();
      else current.ready.then(() => markReady()).catch(() => undefined);
    },
    stop: async () => {
      const ended = current;
      current = undefined;
      await ended?.close();
    },
  };
}
