import { createDeploymentController } from './controllers/deployment/deployment-controller.ts';
import { createDisruptionController } from './controllers/disruption/disruption-controller.ts';
import { createGarbageCollector } from './controllers/garbage-collector/garbage-collector.ts';
import { createNamespaceController } from './controllers/namespace/namespace-controller.ts';
import { createServiceAccountController } from './controllers/serviceaccount/serviceaccount-controller.ts';
import { createReplicaSetController } from './controllers/replicaset/replicaset-controller.ts';
import {
  createNodeLifecycleController,
  nodeLifecycleDefaults,
  type NodeLifecycleSettings,
} from './controllers/node-lifecycle/node-lifecycle-controller.ts';
import {
  createPodGarbageCollector,
  podGarbageCollectorDefaults,
  type PodGarbageCollectorSettings,
} from './controllers/pod-garbage-collector/pod-garbage-collector.ts';
import { createRootCaPublisher } from './controllers/root-ca-certificate-publisher/root-ca-publisher.ts';
import { certificateAuthorityOf } from './controllers/root-ca-certificate-publisher/certificate-authority.ts';
import type { ControllerContext } from './runtime/context.ts';
import { createEventRecorder } from './runtime/events/event-recorder.ts';
import { createContext, type ObservedPart, type PartOptions, runPart, type Worker } from './runtime/part.ts';
import { createTaintEvictionController } from './controllers/taint-eviction/taint-eviction-controller.ts';

/** What single controllers can be told; kube-controller-manager's flags of the same names. */
export interface ControllerSettings extends NodeLifecycleSettings, PodGarbageCollectorSettings {
  /** PEM for `kube-root-ca.crt`; empty: that of the kubeconfig. */
  rootCa: string;
  /** How long nothing must have been deleted in a namespace before it is emptied. Milliseconds; pg8s' own. */
  namespaceQuietPeriodMs: number;
}

/** kube-controller-manager's defaults. */
const controllerDefaults: ControllerSettings = {
  ...nodeLifecycleDefaults,
  ...podGarbageCollectorDefaults,
  rootCa: '',
  namespaceQuietPeriodMs: 1_000,
};

export interface ControllerManagerOptions {
  /** kube-controller-manager's `--controllers`: `*` for all, `name` to enable, `-name` to disable. Default `*`. */
  enabled?: readonly string[];
  /** Workers of each controller; the defaults are kube-controller-manager's. */
  concurrency?: Partial<Record<ControllerName, number>>;
  /** Makes workers that are no controllers, for the time in which the manager leads. */
  whileLeading?: () => readonly Worker[];
  /** Where they differ from the defaults. */
  settings?: Partial<ControllerSettings>;
}

/** What a controller is made with. */
interface CreateOptions {
  workers: number;
  settings: ControllerSettings;
  /** PEM; undefined where there is none to publish. */
  rootCa: string | undefined;
  /** By the names of `controllerTable`. */
  isEnabled(name: string): boolean;
}

interface ControllerEntry {
  /** Source of its events. */
  component: string;
  workers: number;
  /** Undefined: it has nothing to work with. */
  create(context: ControllerContext, options: CreateOptions): Worker | undefined;
}

/** Every controller under its name in `--controllers`. */
export const controllerTable = {
  'deployment-controller': {
    component: 'deployment-controller',
    workers: 5,
    create: createDeploymentController,
  },
  'replicaset-controller': {
    component: 'replicaset-controller',
    workers: 5,
    create: createReplicaSetController,
  },
  'garbage-collector-controller': {
    component: 'garbage-collector-controller',
    workers: 20,
    create: createGarbageCollector,
  },
  'namespace-controller': {
    component: 'namespace-controller',
    workers: 10,
    create: (context, { workers, settings, isEnabled }) =>
      createNamespaceController(context, {
        workers,
        quietPeriodMs: settings.namespaceQuietPeriodMs,
        followsAll: isEnabled('garbage-collector-controller'),
      }),
  },
  'serviceaccount-controller': {
    component: 'serviceaccount-controller',
    workers: 1,
    create: createServiceAccountController,
  },
  'disruption-controller': {
    // The name that it records events under.
    component: 'controllermanager',
    workers: 1,
    create: createDisruptionController,
  },
  'node-lifecycle-controller': {
    component: 'node-controller',
    workers: 8,
    create: createNodeLifecycleController,
  },
  'taint-eviction-controller': {
    component: 'taint-eviction-controller',
    workers: 8,
    create: createTaintEvictionController,
  },
  'pod-garbage-collector-controller': {
    component: 'pod-garbage-collector-controller',
    workers: 1,
    create: createPodGarbageCollector,
  },
  'root-ca-certificate-publisher-controller': {
    component: 'root-ca-certificate-publisher-controller',
    workers: 1,
    create: (context, { workers, rootCa }) =>
      rootCa === undefined ? undefined : createRootCaPublisher(context, { workers, rootCa }),
  },
} as const satisfies Record<string, ControllerEntry>;

export type ControllerName = keyof typeof controllerTable;

/** Whether `--controllers` lets one run: its own name decides, then `*`. */
export function isEnabled(name: string, enabled: readonly string[] = ['*']): boolean {
  if (enabled.includes(name)) return true;
  return !enabled.includes(`-${name}`) && enabled.includes('*');
}

/** Starts the enabled controllers, under one Lease, on one set of informers. */
export function startControllerManager(
  part: PartOptions,
  options: ControllerManagerOptions = {},
): ObservedPart {
  const component = 'kube-controller-manager';
  return runPart({
    component,
    leaderElection: part.leaderElection,
    createContext: () => createContext({ ...part, component }),
    createWorkers(context) {
      const settings = { ...controllerDefaults, ...options.settings };
      const rootCa = settings.rootCa || certificateAuthorityOf(part.kubeConfig);
      const entries = Object.entries(controllerTable) as [ControllerName, ControllerEntry][];
      const controllers = entries
        .filter(([name]) => isEnabled(name, options.enabled))
        .flatMap(([name, entry]) => {
          const workers = options.concurrency?.[name] ?? entry.workers;
          const worker = withRecorder(entry, context, {
            workers,
            settings,
            rootCa,
            isEnabled: (other) => isEnabled(other, options.enabled),
          });
          return worker === undefined ? [] : [worker];
        });
      return [...controllers, ...(options.whileLeading?.() ?? [])];
    },
  });
}

/** A controller records events as itself, on the manager's client and caches. */
function withRecorder(
  { create, component }: ControllerEntry,
  context: ControllerContext,
  options: CreateOptions,
): Worker | undefined {
  const { client, clock, log } = context;
  const recorder = createEventRecorder({ client, clock, log, component });
  const worker = create({ ...context, recorder }, options);
  if (worker === undefined) return undefined;
  return {
    start: () => worker.start(),
    async stop() {
      await worker.stop();
      await recorder.flush();
      recorder.stop();
    },
  };
}
