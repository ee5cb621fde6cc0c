import { hostname } from 'node:os';
import { createContext, type ObservedPart, type PartOptions, runPart } from '../runtime/part.ts';
import { createSeriesRecorder } from '../runtime/series-recorder.ts';
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
        recorder: (parts) => createSeriesRecorder({ ...parts, host: hostname() }),
      }),
    createWorkers: (context) => [createScheduler(context, options)],
  });
}
