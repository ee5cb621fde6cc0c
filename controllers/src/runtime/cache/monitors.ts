import type { ControllerContext } from '../context.ts';
import { delay } from '../clock.ts';
import { type DiscoveredResource, discover } from '../client/discovery.ts';
import type { Informer } from './informer.ts';
import type { ApiObject } from '../client/api-object.ts';
import { apiVersionOf, groupResourceOf, type Resource } from '../client/resource.ts';

const rediscoverMs = 30_000;
/** What is served changes with the objects of these. */
const sources = new Set([
  'customresourcedefinitions.apiextensions.k8s.io',
  'apiservices.apiregistration.k8s.io',
]);
/** How long after such a change discovery is asked again: several changes come together. */
const settleMs = 250;
/** How long all others wait for a resource that cannot be listed. */
const syncPatienceMs = 30_000;

/** What to follow, and what is done with what is seen. Objects may be metadata only. */
export interface MonitorHandlers {
  /** Whether the objects of a resource are wanted. */
  wants(resource: DiscoveredResource): boolean;
  /** An object is there, or has changed. */
  observe(resource: Resource, object: ApiObject, before?: ApiObject): void;
  remove(object: ApiObject, resource: Resource): void;
  /** The resource is no longer served. */
  forget(resource: Resource): void;
}

interface Monitor {
  informer: Informer<ApiObject>;
  unsubscribe(): void;
  shared: boolean;
}

/** Follows objects whatever their kind, and finds new kinds as they come. */
export class Monitors {
  readonly #context: ControllerContext;
  readonly #handlers: MonitorHandlers;
  readonly #monitors = new Map<string, Monitor>();
  readonly #stop = new AbortController();
  /** Aborted when something may be served that was not. */
  #changed = new AbortController();
  #byKind = new Map<string, DiscoveredResource>();
  #synced: Promise<unknown> = Promise.resolve();
  #running: Promise<void> | undefined;
  #discovered: () => void = () => undefined;
  readonly #firstDiscovery = new Promise<void>((resolve) => {
    this.#discovered = resolve;
  });

  constructor(context: ControllerContext, handlers: MonitorHandlers) {
    this.#context = context;
    this.#handlers = handlers;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#discovered();
    await this.#running;
    for (const { informer, unsubscribe, shared } of this.#monitors.values()) {
      unsubscribe();
      if (!shared) informer.stop();
    }
  }

  /** Resolves when every object was seen; before, the graph is incomplete. */
  async synced(): Promise<void> {
    await this.#firstDiscovery;
    await this.#synced;
  }

  /** The informers of what is followed now. */
  *informers(): Generator<Informer<ApiObject>> {
    for (const { informer } of this.#monitors.values()) yield informer;
  }

  /** The resource of an owner reference's kind; undefined while it is not known. */
  resourceOf({ apiVersion, kind }: { apiVersion: string; kind: string }): DiscoveredResource | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#context;
    while (!this.#stop.signal.aborted) {
      let waitMs = rediscoverMs;
      try {
        await this.#refresh();
        this.#discovered();
      } catch (error) {
        log.warn({ err: error }, 'cannot discover what to follow, trying again');
        waitMs = 1000;
      }
      await delay(clock, waitMs, AbortSignal.any([this.#stop.signal, this.#changed.signal]));
      if (!this.#changed.signal.aborted) continue;
      await delay(clock, settleMs, this.#stop.signal);
      this.#changed = new AbortController();
    }
  }

  async #refresh(): Promise<void> {
    const { client, informers, clock } = this.#context;
    const { resources, failures } = await discover(client);
    if (this.#stop.signal.aborted) return;
    this.#byKind = new Map(
      resources.map((resource) => [`${apiVersionOf(resource)}/${resource.kind}`, resource]),
    );
    const wanted = new Map(
      resources
        .filter((resource) => resource.preferred && this.#handlers.wants(resource))
        .map((resource) => [groupResourceOf(resource), resource] as const),
    );
    let added = false;
    for (const [name, resource] of wanted) {
      if (this.#monitors.has(name)) continue;
      added = true;
      // A resource that has an informer already is not listed twice.
      const shared = informers.find(resource);
      const informer = shared ?? informers.of(resource, { metadataOnly: true });
      const changed = sources.has(name) ? () => this.#changed.abort() : () => undefined;
      const unsubscribe = informer.addHandler({
        add: (object) => {
          changed();
          this.#handlers.observe(resource, object);
        },
        update: (before, object) => {
          changed();
          this.#handlers.observe(resource, object, before);
        },
        delete: (object) => {
          changed();
          this.#handlers.remove(object, resource);
        },
      });
      informer.start();
      this.#monitors.set(name, { informer, unsubscribe, shared: shared !== undefined });
    }
    for (const [name, monitor] of this.#monitors) {
      const { informer, unsubscribe, shared } = monitor;
      // The resources of a group that could not be read are kept.
      if (wanted.has(name) || failures.size > 0 || shared) continue;
      unsubscribe();
      informers.drop(informer);
      this.#monitors.delete(name);
      this.#handlers.forget(informer.resource);
    }
    if (!added) return;
    const all = Promise.all([...this.#monitors.values()].map(({ informer }) => informer.synced));
    this.#synced = Promise.race([all, delay(clock, syncPatienceMs, this.#stop.signal)]);
  }
}
