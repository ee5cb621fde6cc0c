import { createDeploymentController } from './deployment/deployment-controller.ts';
import { createDisruptionController } from './disruption/disruption-controller.ts';
import { createGarbageCollector } from './garbage-collector/garbage-collector.ts';
import { createNamespaceController } from './namespace/namespace-controller.ts';
import { createServiceAccountController } from './serviceaccount/serviceaccount-controller.ts';
import { createReplicaSetController } from './replicaset/replicaset-controller.ts';
import type { ControllerContext } from './runtime/context.ts';
import { createEventRecorder } from './runtime/event-recorder.ts';
import { createContext, type ObservedPart, type PartOptions, runPart, type Worker } from './runtime/part.ts';

export interface ControllerManagerOptions {
  /** kube-controller-manager's `--controllers`: `*` for all, `name` to enable, `-name` to disable. Default `*`. */
  enabled?: readonly string[];
  /** Workers of each controller; the defaults are kube-controller-manager's. */
  concurrency?: Partial<Record<ControllerName, number>>;
}

interface ControllerEntry {
  /** Source of its events. */
  component: string;
  workers: number;
  create(context: ControllerContext, options: { workers: number }): Worker;
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
    create: createNamespaceController,
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
      const entries = Object.entries(controllerTable) as [ControllerName, ControllerEntry][];
      return entries
        .filter(([name]) => isEnabled(name, options.enabled))
        .map(([name, entry]) => withRecorder(entry, context, options.concurrency?.[name] ?? entry.workers));
    },
  });
}

/** A controller records events as itself, on the manager's client and caches. */
function withRecorder(
  { create, component }: ControllerEntry,
  context: ControllerContext,
  workers: number,
): Worker {
  const { client, clock, log } = context;
  const recorder = createEventRecorder({ client, clock, log, component });
  const worker = create({ ...context, recorder }, { workers });
  return {
    start: () => worker.start(),
    async stop() {
      await worker.stop();
      await recorder.flush();
      recorder.stop();
    },
  };
}
