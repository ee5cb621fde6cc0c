import type { KubeConfig } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type ControllerManagerOptions, startControllerManager } from './controller-manager.ts';
import { startNodeAgent } from './node-agent/start-node-agent.ts';
import type { Clock } from './runtime/clock.ts';
import type { LeaderElectionSettings, Part } from './runtime/part.ts';
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

export interface ControllersOptions extends ControllerManagerOptions {
  kubeConfigs: KubeConfigs;
  /** The Nodes to simulate. */
  nodeNames: readonly string[];
  /** Holds the leader Leases; unlike that of any other process. */
  identity: string;
  /** false: work at once, whoever else does. Default true. */
  leaderElect?: boolean;
  /** Durations of the Leases; the defaults are kube-controller-manager's. */
  leaderElection?: Omit<LeaderElectionSettings, 'identity' | 'name'>;
  /** For each of the controller manager and the scheduler. Default: no limit. */
  rateLimit?: ClientRateLimit;
  log: Logger;
  clock?: Clock;
  metrics?: Registry;
}

/** Starts everything above the API: the controller manager, the scheduler and the simulated nodes. */
export function startControllers(options: ControllersOptions): Promise<Part> {
  const { kubeConfigs, log, nodeNames, identity, clock, metrics, leaderElect = true } = options;
  const shared = { ...(clock ? { clock } : {}), ...(metrics ? { metrics } : {}) };
  const leading = {
    ...shared,
    ...(options.rateLimit ? { rateLimit: options.rateLimit } : {}),
    ...(leaderElect ? { leaderElection: { ...options.leaderElection, identity } } : {}),
  };
  const parts: Part[] = [];
  const { controllerManager, scheduler, node } = kubeConfigs;
  if (controllerManager)
    parts.push(
      startControllerManager(
        {
          kubeConfig: controllerManager,
          log: log.child({ component: 'kube-controller-manager' }),
          ...leading,
        },
        options,
      ),
    );
  if (scheduler)
    parts.push(
      startScheduler({ kubeConfig: scheduler, log: log.child({ component: 'kube-scheduler' }), ...leading }),
    );
  if (node && nodeNames.length > 0)
    parts.push(
      startNodeAgent({ kubeConfig: node, nodeNames, log: log.child({ component: 'node-agent' }), ...shared }),
    );

  const ready = Promise.all(parts.map((part) => part.ready)).then(() => undefined);
  ready.catch(() => undefined);
  return Promise.resolve({
    ready,
    async close() {
      await Promise.all(parts.map((part) => part.close()));
    },
  });
}
