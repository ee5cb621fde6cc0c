import { hostname } from 'node:os';
import type { ControllerContext } from '../runtime/context.ts';
import { createContext, type ObservedPart, type PartOptions, runPart, type Worker } from '../runtime/part.ts';
import { createSeriesRecorder } from '../runtime/events/series-recorder.ts';
import { createScheduler, type SchedulerOptions } from './scheduler.ts';

/** Starts the scheduler as `system:kube-scheduler`, under its own Lease. */
export function startScheduler(part: PartOptions, options: SchedulerOptions = {}): ObservedPart {
  return runPart({
    component: 'kube-scheduler',
    leaderElection: part.leaderElection,
    createContext: () =>
      createContext({
        ...part,
        component: 'default-scheduler',
        userAgent: 'kube-scheduler',
        whenBusy: 'refuse',
      }),
    createWorkers: (context) => [withRecorder(context, options)],
  });
}

/** Of Pods the scheduler speaks in events of the new form; of its Lease in the old one, as kube-scheduler does. */
function withRecorder(context: ControllerContext, options: SchedulerOptions): Worker {
  const { client, clock, log } = context;
  const recorder = createSeriesRecorder({
    client,
    clock,
    log,
    component: 'default-scheduler',
    host: hostname(),
  });
  const scheduler = createScheduler({ ...context, recorder }, options);
  return {
    start: () => scheduler.start(),
    async stop() {
      await scheduler.stop();
      await recorder.flush();
      recorder.stop();
    },
  };
}
