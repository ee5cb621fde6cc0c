import type { Logger } from 'pino';
import { apiVersionOf, groupVersionOf, type GroupVersion } from '@pg8s/k8s-proto/group-version';
import { isReason } from '../api-errors/status-error.ts';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import { acceptObject } from '../registry/rest.ts';
import type { GenericStore } from '../registry/generic/generic-store.ts';
import type { Clock } from '../storage/clock.ts';
import { KeyedQueue } from '../storage/follow/keyed-queue.ts';
import { withLocalAvailability } from '../registry/apiregistration/api-service/availability.ts';
import { apiServiceName, isLocalApiService, localApiService, registeredVersions } from './api-services.ts';
import { ensure, loopbackRequest } from './ensure-object.ts';

/** Makes sure that a version which is served here has its APIService, and that it counts as available. */
export async function registerApiService(
  registry: BuiltRegistry,
  version: GroupVersion,
  nowMs: number,
): Promise<void> {
  const store = apiServiceStore(registry);
  const object = localApiService(version);
  await ensure(object, { store, nowMs, track: registry.trackServerWrite });
  await markAvailable(store, apiServiceName(version), nowMs);
}

/**
 * Deletes the APIService of a version that is served no more, unless somebody else made it, or it leads to
 * another server.
 */
async function unregisterApiService(
  registry: BuiltRegistry,
  version: GroupVersion,
  nowMs: number,
): Promise<void> {
  const store = apiServiceStore(registry);
  const request = loopbackRequest('', nowMs);
  try {
    const { object } = await store.get(request, apiServiceName(version), '');
    if (!isLocalApiService(object)) return;
    const { uid } = object.metadata;
    await store.delete(request, apiServiceName(version), {
      dryRun: false,
      validate: acceptObject,
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    });
  } catch (error) {
    // Another server was faster, or somebody has put another one in its place.
    if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
  }
}

function apiServiceStore(registry: BuiltRegistry): GenericStore {
  return registry.storeOf('apiregistration.k8s.io', 'apiservices');
}

/** Versions that are registered beside those that are served. */
export interface WantedVersions {
  has(version: GroupVersion): boolean;
  /** Calls `listener` with versions that may have come or gone. */
  subscribe(listener: (versions: readonly GroupVersion[]) => void): void;
}

/** What the registration works on. */
export interface ApiServiceRegistrationOptions {
  registry: BuiltRegistry;
  /** Versions that definitions want to serve, which are registered even where they cannot be served. */
  defined: WantedVersions;
  /** Milliseconds since the epoch. */
  now: () => number;
  clock: Clock;
  log: Logger;
  /** Ends it. */
  signal: AbortSignal;
}

const retryMs = 1000;

/**
 * Keeps the APIServices of versions that come and go while the server runs (kube-aggregator: `autoregister`).
 * It follows the table of what is served, and the definitions, from its construction on, and writes from
 * `start` on.
 */
export class ApiServiceRegistration {
  readonly #options: ApiServiceRegistrationOptions;
  readonly #queue: KeyedQueue;
  /** What changed before `start`; undefined after it. */
  #early: Set<string> | undefined = new Set();

  constructor(options: ApiServiceRegistrationOptions) {
    this.#options = options;
    const { registry, defined, clock, log, signal } = options;
    this.#queue = new KeyedQueue({
      process: (version) => this.#write(groupVersionOf(version)),
      failed: (version, error) =>
        log.warn({ err: error, version }, 'could not write an APIService, trying again'),
      firstRetryMs: retryMs,
      longestRetryMs: retryMs,
      clock,
      signal,
    });
    const note = (versions: readonly GroupVersion[]): void => {
      for (const version of versions) {
        if (this.#early === undefined) this.#queue.add(apiVersionOf(version));
        else this.#early.add(apiVersionOf(version));
      }
    };
    const unsubscribe = registry.resources.subscribe(({ added, removed }) =>
      note(registeredVersions([...added, ...removed])),
    );
    defined.subscribe(note);
    signal.addEventListener('abort', unsubscribe, { once: true });
  }

  /** To be called when the store can be written to. */
  start(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const version of early) this.#queue.add(version);
  }

  async #write(version: GroupVersion): Promise<void> {
    const { registry, defined, now } = this.#options;
    const isWanted = registry.resources.servesVersion(version.group, version.version) || defined.has(version);
    await (isWanted ? registerApiService : unregisterApiService)(registry, version, now());
  }
}

/**
 * A local APIService is always available; its status goes straight to the store, as the aggregator's does.
 */
async function markAvailable(store: GenericStore, name: string, nowMs: number): Promise<void> {
  await store.storage.guaranteedUpdate({ namespace: '', name }, (current) => {
    if (current === undefined) throw new Error(`APIService ${name} has gone`);
    return withLocalAvailability(current.object, nowMs);
  });
}
