import type { KubeConfig } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { FailureLog } from './cache/failure-log.ts';
import { Informers, type SharedInformers } from './cache/informers.ts';
import type { Client } from './client/client.ts';
import { type ClientRateLimit, createRestClient } from './client/rest-client.ts';
import { type Clock, systemClock } from './clock.ts';
import { createEventRecorder, type EventRecorder } from './events/event-recorder.ts';

/**
 * What every controller of one identity shares. A controller is a function from a context to a `Worker`:
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
 *           const message = `Named ${pod.metadata.name}`;
 *           context.recorder.event(pod, { type: 'Normal', reason: 'Named', message });
 *         },
 *       });
 *       pods.addHandler({
 *         add: (pod) => controller.queue.add(objectKey(pod)),
 *         update: (_, pod) => controller.queue.add(objectKey(pod)),
 *       });
 *       return controller;
 *     }
 *
 * The controller manager creates every controller, starts the informers, waits to lead, and calls a
 * controller's `start()` when the caches that this controller asked for are filled. In tests,
 * `testing/test-context.ts` gives a context on a fake API and a fake clock.
 */
export interface ControllerContext {
  client: Client;
  informers: SharedInformers;
  /** Records events as the identity's component. */
  recorder: EventRecorder;
  clock: Clock;
  log: Logger;
  /** 0 ≤ x < 1. */
  random(): number;
  metrics?: Registry;
}

/** A context whose owner starts and stops the informers and closes the client. */
export interface OwnContext extends ControllerContext {
  informers: Informers;
}

/** What a component's connection to the API needs: the controller manager's, the scheduler's, a kubelet's. */
export interface ConnectionOptions {
  kubeConfig: KubeConfig;
  log: Logger;
  clock?: Clock;
  metrics?: Registry;
  /** Requests a second, and how many at once, that the client makes at most. Default: no limit. */
  rateLimit?: ClientRateLimit;
  /** In place of the one that would be made from the kubeconfig. */
  client?: Client;
}

/** How to make a context. */
export interface ContextOptions extends ConnectionOptions {
  /** Source of the events: `deployment-controller`, `default-scheduler`, `kubelet`. */
  component: string;
  /** `kube-controller-manager`: the server takes the field manager from it. Default: the component. */
  userAgent?: string;
  /** The node, for events about what happens on one. */
  host?: string;
  /** See `createRestClient`. */
  whenBusy?: 'wait' | 'refuse';
}

/**
 * A context of one identity with its own client, informers and recorder. Nothing is sent before it is used.
 */
export function createContext(options: ContextOptions): OwnContext {
  const { component, log, clock = systemClock, metrics, host } = options;
  const { rateLimit, userAgent = component, whenBusy = 'wait' } = options;
  const client =
    options.client ??
    createRestClient(options.kubeConfig, {
      userAgent,
      clock,
      whenBusy,
      ...(rateLimit ? { rateLimit } : {}),
    });
  const failures = new FailureLog(log, clock);
  return {
    client,
    clock,
    log,
    informers: new Informers({ client, clock, onFailure: (failure) => failures.note(failure) }),
    recorder: createEventRecorder({ client, clock, log, component, ...(host ? { host } : {}) }),
    random: Math.random,
    ...(metrics ? { metrics } : {}),
  };
}
