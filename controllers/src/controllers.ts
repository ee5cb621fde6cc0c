import type { KubeConfig } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import {
  type ControllerManagerOptions,
  createControllerManager,
} from './controller-manager/controller-manager.ts';
import { createKubelets, type KubeletsOptions } from './kubelet/kubelets.ts';
import type { ClientRateLimit } from './runtime/client/rest-client.ts';
import type { Clock } from './runtime/clock.ts';
import type { LeaderElectionSettings, ObservedPart, Part, Worker } from './runtime/part.ts';
import { createSchedulerPart } from './scheduler/scheduler-part.ts';

/** One kubeconfig for each identity. A part whose kubeconfig is absent does not run. */
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
  /** false: work at once, without leader election. Default true. */
  leaderElect?: boolean;
  /** The Lease; the defaults are the stock component's. */
  leaderElection?: Omit<LeaderElectionSettings, 'identity'>;
  /** Default: no limit. */
  rateLimit?: ClientRateLimit;
}

/** What to run above an API, and how. */
export interface ControllersOptions {
  kubeConfigs: KubeConfigs;
  controllerManager?: ControllerManagerOptions & ComponentSettings;
  scheduler?: ComponentSettings;
  /** The Nodes to simulate. */
  nodeNames: readonly string[];
  /**
   * Simulate them only while the controller manager of this process leads: of several control planes on one
   * store, one runs the Pods. Default false: always.
   */
  nodesFollowLeader?: boolean;
  /** The HTTP API of these nodes, from which an API server reads logs. Absent: there is none. */
  kubelet?: NonNullable<KubeletsOptions['server']>;
  /** Holds the leader Leases; different from that of any other process. */
  identity: string;
  log: Logger;
  clock?: Clock;
  metrics?: Registry;
}

/** The controller manager, the scheduler and the simulated nodes of one cluster. */
export interface Controllers extends Part {
  /**
   * Resolves when every part is ready, or ready except that another process leads: then to the identity of
   * the leader.
   */
  readonly started: Promise<string | undefined>;
  /** What keeps a part from working; undefined: nothing, or it does not run here. */
  problemOf(part: 'controller-manager' | 'scheduler'): string | undefined;
}

/**
 * Builds everything above the API. Nothing is sent and no port is opened before `start`. Parts share no state
 * with those of another call, so that one process can hold several clusters.
 */
export function createControllers(options: ControllersOptions): Controllers {
  const { kubeConfigs } = options;
  const { controllerManager } = kubeConfigs;
  const nodes =
    controllerManager !== undefined && options.nodesFollowLeader === true
      ? new FollowingPart(() => nodesOf(options))
      : nodesOf(options);
  const observed = new Map<string, ObservedPart>();
  if (controllerManager !== undefined) {
    const followers = nodes instanceof FollowingPart ? [nodes] : [];
    observed.set('controller-manager', managerOf(options, controllerManager, followers));
  }
  if (kubeConfigs.scheduler !== undefined)
    observed.set(
      'scheduler',
      createSchedulerPart({
        kubeConfig: kubeConfigs.scheduler,
        log: options.log.child({ component: 'kube-scheduler' }),
        ...connectionOf(options, options.scheduler),
      }),
    );
  const parts = [
    ...observed.values(),
    ...(nodes === undefined || nodes instanceof FollowingPart ? [] : [nodes]),
  ];
  return new ControllersOfCluster(parts, observed, nodes);
}

class ControllersOfCluster implements Controllers {
  readonly ready: Promise<void>;
  readonly started: Promise<string | undefined>;
  readonly #parts: readonly Part[];
  readonly #observed: ReadonlyMap<string, ObservedPart>;

  constructor(
    parts: readonly Part[],
    observed: ReadonlyMap<string, ObservedPart>,
    nodes: { ready: Promise<void> } | undefined,
  ) {
    this.#parts = parts;
    this.#observed = observed;
    this.ready = Promise.all([...parts, ...(nodes ? [nodes] : [])].map(({ ready }) => ready)).then(
      () => undefined,
    );
    this.started = this.#leaderElsewhere();
    // A caller that does not wait for them must not fail by their rejection.
    this.ready.catch(() => undefined);
    this.started.catch(() => undefined);
  }

  start(): void {
    for (const part of this.#parts) part.start();
  }

  problemOf(part: 'controller-manager' | 'scheduler'): string | undefined {
    return this.#observed.get(part)?.problem();
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.close()));
  }

  async #leaderElsewhere(): Promise<string | undefined> {
    const leaders = await Promise.all(
      [...this.#observed.values()].map(({ ready, standby }) =>
        Promise.race([ready.then(() => undefined), standby]),
      ),
    );
    const leader = leaders.find((one) => one !== undefined);
    if (leader === undefined) await this.ready;
    return leader;
  }
}

function managerOf(
  options: ControllersOptions,
  kubeConfig: KubeConfig,
  followers: readonly Worker[],
): ObservedPart {
  return createControllerManager(
    {
      kubeConfig,
      log: options.log.child({ component: 'kube-controller-manager' }),
      ...connectionOf(options, options.controllerManager),
    },
    {
      ...options.controllerManager,
      whileLeading: () => [...(options.controllerManager?.whileLeading?.() ?? []), ...followers],
    },
  );
}

function nodesOf({ kubeConfigs, nodeNames, kubelet, ...options }: ControllersOptions): Part | undefined {
  if (kubeConfigs.node === undefined || nodeNames.length === 0) return undefined;
  return createKubelets({
    kubeConfig: kubeConfigs.node,
    nodeNames,
    log: options.log.child({ component: 'node-agent' }),
    ...(kubelet ? { server: kubelet } : {}),
    ...sharedOf(options),
  });
}

function sharedOf({ clock, metrics }: Pick<ControllersOptions, 'clock' | 'metrics'>) {
  return { ...(clock ? { clock } : {}), ...(metrics ? { metrics } : {}) };
}

function connectionOf(
  options: ControllersOptions,
  { leaderElect = true, leaderElection, rateLimit }: ComponentSettings = {},
) {
  return {
    ...sharedOf(options),
    ...(rateLimit ? { rateLimit } : {}),
    ...(leaderElect ? { leaderElection: { ...leaderElection, identity: options.identity } } : {}),
  };
}

/** A part that is built and started anew with each start of a worker, and closed with its stop. */
class FollowingPart implements Worker {
  /** Resolves when the part was ready for the first time. */
  readonly ready: Promise<void>;
  readonly #create: () => Part | undefined;
  readonly #ready = Promise.withResolvers<void>();
  #current: Part | undefined;

  constructor(create: () => Part | undefined) {
    this.#create = create;
    this.ready = this.#ready.promise;
  }

  start(): void {
    this.#current = this.#create();
    this.#current?.start();
    // A term that ends before the part is ready leaves it to the next one.
    if (this.#current === undefined) this.#ready.resolve();
    else this.#current.ready.then(this.#ready.resolve).catch(() => undefined);
  }

  async stop(): Promise<void> {
    const ended = this.#current;
    this.#current = undefined;
    await ended?.close();
  }
}
