import { createContext, type ObservedPart, type PartOptions, runPart } from '../runtime/part.ts';
import { createScheduler, type SchedulerOptions } from './scheduler.ts';

/** Starts the scheduler as `system:kube-scheduler`, under its own Lease. */
export function startScheduler(part: PartOptions, options: SchedulerOptions = {}): ObservedPart {
  return runPart({
    component: 'kube-scheduler',
    leaderElection: part.leaderElection,
    createContext: () =>
      createContext({ ...part, component: 'default-scheduler', userAgent: 'kube-scheduler' }),
    createWorkers: (context) => [createScheduler(context, options)],
  });
}
