import type { KubeConfig } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type ControllerManagerOptions, startControllerManager } from './controller-manager.ts';
import { startNodeAgent } from './node-agent/start-node-agent.ts';
import type { Clock } from './runtime/clock.ts';
import type { LeaderElectionSettings, ObservedPart, Part } from './runtime/part.ts';
import type { ClientRateLimit } from './runtime/rest-client.ts';
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
  /** Holds the leader Leases; unlike that of any other process. */
  identity: string;
  log: Logger;
  clock?: Clock;
  metrics?: Registry;
}

/** All that runs above the API. */
export interface Controllers extends Part {
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
  if (controllerManager)
    observed.set(
      'controller-manager',
      startControllerManager(
        {
          kubeConfig: controllerManager,
          log: log.child({ component: 'kube-controller-manager' }),
          ...leading(options.controllerManager),
        },
        options.controllerManager,
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
  if (node && nodeNames.length > 0)
    parts.push(
      startNodeAgent({ kubeConfig: node, nodeNames, log: log.child({ component: 'node-agent' }), ...shared }),
    );

  const ready = Promise.all(parts.map((part) => part.ready)).then(() => undefined);
  ready.catch(() => undefined);
  return Promise.resolve({
    ready,
    problemOf: (part) => observed.get(part)?.problem(),
    async close() {
      await Promise.all(parts.map((part) => part.close()));
    },
  });
}
