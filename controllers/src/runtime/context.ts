import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Client } from './client/client.ts';
import type { Clock } from './clock.ts';
import type { EventRecorder } from './events/event-recorder.ts';
import type { Informers } from './cache/informers.ts';

/**
 * What every controller of one identity shares. A controller is a function from a context to a `Controller`:
 *
 *     export function createPodNamer(context: ControllerContext): Controller {
 *       const pods = context.informers.of(podsResource);
 *       const controller = createController(context, {
 *         name: 'pod-namer',
 *         workers: 5,
 *         async sync(key) {
 *           const pod = pods.store.get(key);
 *           if (!pod || pod.metadata.labels?.['name']) return;
 *           await context.client.patch(podsResource, {
 *             namespace: pod.metadata.namespace,
 *             name: pod.metadata.name,
 *             type: 'merge',
 *             body: { metadata: { labels: { name: pod.metadata.name } } },
 *           });
 *           context.recorder.event(pod, { type: 'Normal', reason: 'Named', message: `Named ${pod.metadata.name}` });
 *         },
 *       });
 *       pods.addHandler({
 *         add: (pod) => controller.queue.add(objectKey(pod)),
 *         update: (_, pod) => controller.queue.add(objectKey(pod)),
 *       });
 *       return controller;
 *     }
 *
 * The composition root (`controllers.ts`) creates all controllers, then `informers.start()`, awaits
 * `informers.synced()`, awaits leadership, and calls each controller's `start()`. In tests, `testing/test-context.ts`
 * gives a context on a fake API and a fake clock.
 */
export interface ControllerContext {
  client: Client;
  informers: Informers;
  /** Records events as the identity's component. */
  recorder: EventRecorder;
  clock: Clock;
  log: Logger;
  /** 0 ≤ x < 1. */
  random(): number;
  metrics?: Registry;
}
