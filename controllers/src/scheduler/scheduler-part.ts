import { hostname } from 'node:os';
import { type ControllerContext, createContext } from '../runtime/context.ts';
import { ElectedPart } from '../runtime/elected-part.ts';
import type { ObservedPart, PartOptions, Worker } from '../runtime/part.ts';
import { SeriesRecorder } from '../runtime/events/series-recorder.ts';
import { Scheduler, type SchedulerOptions } from './scheduler.ts';

/** Builds the scheduler, which works as `system:kube-scheduler`, under its own Lease. */
export function createSchedulerPart(part: PartOptions, options: SchedulerOptions = {}): ObservedPart {
  return new ElectedPart({
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

/**
 * Events about Pods are of the group events.k8s.io; the one about the Lease is of the core group, as
 * kube-scheduler's.
 */
function withRecorder(context: ControllerContext, options: SchedulerOptions): Worker {
  const { client, clock, log } = context;
  const recorder = new SeriesRecorder({
    client,
    clock,
    log,
    component: 'default-scheduler',
    host: hostname(),
  });
  const scheduler = new Scheduler({ ...context, recorder }, options);
  return {
    start: () => scheduler.start(),
    async stop() {
      await scheduler.stop();
      await recorder.flush();
      recorder.stop();
    },
  };
}
