import { certificateAuthorityOf } from '../runtime/client/certificate-authority.ts';
import { createContext, type OwnContext } from '../runtime/context.ts';
import { ElectedPart } from '../runtime/elected-part.ts';
import { createEventRecorder } from '../runtime/events/event-recorder.ts';
import type { ObservedPart, PartOptions, PartWorker, Worker } from '../runtime/part.ts';
import type { ControllerRow, CreateOptions } from './controller-row.ts';
import { defaultSettings } from './controller-settings.ts';
import { type ControllerName, type ControllerSettings, controllerTable } from './controller-table.ts';
import { trackRunning } from './running-metric.ts';

/** What the controller manager runs, and how. */
export interface ControllerManagerOptions {
  /**
   * kube-controller-manager's `--controllers`: `*` for all, `name` to enable, `-name` to disable. Default
   * `*`.
   */
  enabled?: readonly string[];
  /** Workers of each controller; the defaults are kube-controller-manager's. */
  concurrency?: Partial<Record<ControllerName, number>>;
  /**
   * Makes workers that are no controllers, for the time in which the manager leads. They wait for no caches.
   */
  whileLeading?: () => readonly Worker[];
  /** Settings that differ from the defaults. */
  settings?: Partial<ControllerSettings>;
}

const component = 'kube-controller-manager';

/** A row as used with the settings of all controllers. */
type Row = Omit<ControllerRow<ControllerName, ControllerSettings>, 'readSettings'>;

/** Whether `--controllers` enables a controller: an entry with its name decides, then `*`. */
export function isEnabled(name: string, enabled: readonly string[] = ['*']): boolean {
  if (enabled.includes(name)) return true;
  return !enabled.includes(`-${name}`) && enabled.includes('*');
}

/** Builds the controller manager: the enabled controllers, under one Lease, on one set of informers. */
export function createControllerManager(
  part: PartOptions,
  options: ControllerManagerOptions = {},
): ObservedPart {
  return new ElectedPart({
    component,
    leaderElection: part.leaderElection,
    createContext: () => createContext({ ...part, component }),
    createWorkers: (context) => [
      ...createEnabled(context, options, () => certificateAuthorityOf(part.kubeConfig)),
      ...(options.whileLeading?.() ?? []).map(withoutCaches),
    ],
  });
}

function createEnabled(
  context: OwnContext,
  options: ControllerManagerOptions,
  clusterCa: () => string | undefined,
): PartWorker[] {
  const { enabled, concurrency = {} } = options;
  const settings = { ...defaultSettings(), ...options.settings };
  const rows: readonly Row[] = controllerTable;
  return rows
    .filter(({ name }) => isEnabled(name, enabled))
    .flatMap((row) => {
      const workers = concurrency[row.name] ?? row.workers.count;
      const isEnabledHere = (name: string): boolean => isEnabled(name, enabled);
      return createOne(row, context, { workers, settings, isEnabled: isEnabledHere, clusterCa }) ?? [];
    });
}

/** Creates a controller with a recorder of its own, on the manager's client and informers. */
function createOne(
  row: Row,
  context: OwnContext,
  options: CreateOptions<ControllerSettings>,
): PartWorker | undefined {
  const { client, clock, log, metrics } = context;
  const { name, eventSource, isLeaderElected } = row;
  const recorder = createEventRecorder({ client, clock, log, component: eventSource });
  const informers = context.informers.forController(name);
  const worker = row.create({ ...context, recorder, informers }, options);
  if (worker === undefined) {
    recorder.stop();
    return undefined;
  }
  const running = trackRunning(metrics, component, name);
  return {
    name,
    caches: informers.used(),
    isLeaderElected,
    start() {
      running.started();
      worker.start();
    },
    async stop() {
      await worker.stop();
      running.stopped();
      await recorder.flush();
      recorder.stop();
    },
  };
}

function withoutCaches(worker: Worker): PartWorker {
  return { caches: [], start: () => worker.start(), stop: () => worker.stop() };
}
