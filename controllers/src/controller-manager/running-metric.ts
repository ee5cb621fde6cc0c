import { Gauge, type Registry } from 'prom-client';

const metricName = 'running_managed_controllers';

/** Counts a controller as running or not. */
export interface RunningCount {
  started(): void;
  /** After `started`; without it nothing changes. */
  stopped(): void;
}

/**
 * Counts where a controller runs under kube-controller-manager's metric `running_managed_controllers`, by
 * names of the controller and of its manager; nothing without a registry. Several managers may share one.
 */
export function trackRunning(registry: Registry | undefined, manager: string, name: string): RunningCount {
  if (registry === undefined) return { started: () => undefined, stopped: () => undefined };
  const gauge = gaugeOf(registry);
  let isCounted = false;
  return {
    started() {
      if (!isCounted) gauge.inc({ name, manager });
      isCounted = true;
    },
    stopped() {
      if (isCounted) gauge.dec({ name, manager });
      isCounted = false;
    },
  };
}

function gaugeOf(registry: Registry): Gauge<'name' | 'manager'> {
  const known = registry.getSingleMetric(metricName) as Gauge<'name' | 'manager'> | undefined;
  return (
    known ??
    new Gauge({
      name: metricName,
      help: 'Indicates where instances of a controller are currently running',
      labelNames: ['name', 'manager'],
      registers: [registry],
    })
  );
}
