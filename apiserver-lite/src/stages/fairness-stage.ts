import type { ApiserverOptions } from '../apiserver-options.ts';
import { standardLevels, standardSchemas } from '../bootstrap/flow-control-objects.ts';
import { FlowController } from '../flow-control/flow-controller.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import { StartError } from '../server/start-error.ts';
import { systemClock } from '../storage/clock.ts';

const mandatory = new Set(['exempt', 'catch-all']);

/**
 * Priority and fairness, with the mandatory objects only until the others are loaded; undefined where it is
 * off. Throws a StartError where the limits leave no seat.
 */
export function fairnessStage(
  options: ApiserverOptions,
  { flow }: ServerMetrics,
): FlowController | undefined {
  if (options.priorityAndFairness === false) return undefined;
  const { maxRequestsInflight: reading = 400, maxMutatingRequestsInflight: mutating = 200 } = options;
  if (reading + mutating <= 0) {
    throw new StartError(
      `invalid configuration: MaxRequestsInFlight=${reading} and MaxMutatingRequestsInFlight=${mutating}; they must add up to something positive`,
    );
  }
  const isMandatory = ({ metadata }: { metadata: { name?: string } }) => mandatory.has(metadata.name ?? '');
  const controller = new FlowController({
    totalSeats: reading + mutating,
    mandatory: {
      levels: standardLevels().filter(isMandatory),
      schemas: standardSchemas().filter(isMandatory),
    },
    clock: systemClock,
  });
  flow.observeFlows(() => controller.flows());
  flow.observeSeats(() => controller.levels());
  return controller;
}
