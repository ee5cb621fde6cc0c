import type { KubeObject } from '@pg8s/k8s-proto/object';
import { serviceNameLabel } from '../outgoing/service-resolver.ts';
import type { Availability } from '../registry/apiregistration/api-service/availability.ts';
import type { DeepReadonly } from '../storage/follow/deep-readonly.ts';
import { entryOf, type RemoteEntry } from './api-service.ts';
import { type AvailabilityParts, checkAvailability } from './check-availability.ts';
import { followRemote, type FollowerParts } from './follow-remote.ts';
import type { RecheckQueue } from './recheck-queue.ts';

/** What the controller works with. */
export interface AvailabilityControllerOptions extends FollowerParts, Omit<AvailabilityParts, 'followed'> {
  follow(): AvailabilityParts['followed'];
}

const recheckIntervalMs = 30_000;
const firstRetryMs = 5;

/**
 * Knows whether the servers behind APIServices can be used: looked at when the APIService, its Service or the
 * endpoints change, and every 30 s. Services and their endpoints are followed once there is such an
 * APIService.
 */
export class AvailabilityController {
  readonly #options: AvailabilityControllerOptions;
  readonly #known = new Map<string, { place: string; availability: Availability }>();
  readonly #listeners = new Set<(name: string) => void>();
  readonly #queue: RecheckQueue;
  #followed: AvailabilityParts['followed'] | undefined;

  constructor(options: AvailabilityControllerOptions) {
    this.#options = options;
    this.#queue = followRemote(options, {
      check: (name) => this.#check(name),
      intervalMs: recheckIntervalMs,
      firstRetryMs,
      // Its own condition is no reason to look again.
      changed: (entry, before) => before === undefined || placeOf(before) !== placeOf(entry),
      gone: (name) => void this.#known.delete(name),
    });
  }

  /** What was found out about an APIService as it is; undefined: nothing yet. */
  of(object: DeepReadonly<KubeObject>): Availability | undefined {
    const known = this.#known.get(object.metadata.name ?? '');
    return known?.place === placeOf(entryOf(object)) ? known.availability : undefined;
  }

  /** Calls back with the name of an APIService of which something else was found out. */
  subscribe(changed: (name: string) => void): void {
    this.#listeners.add(changed);
  }

  async #check(name: string): Promise<boolean> {
    const { table, signal } = this.#options;
    const entry = [...table.remote()].find((each) => each.name === name);
    if (entry === undefined) return true;
    const followed = this.#follow();
    await followed.synced;
    const availability = await checkAvailability(entry, { ...this.#options, followed });
    if (signal.aborted) return true;
    this.#known.set(name, { place: placeOf(entry), availability });
    for (const listener of this.#listeners) listener(name);
    // The others wait for a change.
    return availability.reason !== 'FailedDiscoveryCheck';
  }

  #follow(): AvailabilityParts['followed'] {
    if (this.#followed !== undefined) return this.#followed;
    const followed = this.#options.follow();
    this.#followed = followed;
    const service = ({ metadata }: DeepReadonly<KubeObject>): void =>
      this.#changed(metadata.namespace, metadata.name);
    const slice = ({ metadata }: DeepReadonly<KubeObject>): void =>
      this.#changed(metadata.namespace, metadata.labels?.[serviceNameLabel]);
    followed.services.addHandler({ add: service, update: service, delete: service });
    followed.endpointSlices.addHandler({ add: slice, update: slice, delete: slice });
    return followed;
  }

  #changed(namespace: string | undefined, name: string | undefined): void {
    for (const entry of this.#options.table.remote()) {
      const { service } = entry.remote;
      if (service.namespace === namespace && service.name === name) void this.#queue.add(entry.name);
    }
  }
}

/** What of an APIService decides where its server is, and how it is called. */
function placeOf(entry: Pick<RemoteEntry, 'name'> & { remote: RemoteEntry['remote'] | undefined }): string {
  return JSON.stringify([entry.name, entry.remote]);
}
