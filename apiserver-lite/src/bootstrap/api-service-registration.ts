import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { apiVersionOf, type GroupVersion } from '@pg8s/k8s-proto/group-version';
import { isReason } from '../api-errors/status-error.ts';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import { acceptObject } from '../registry/rest.ts';
import type { GenericStore } from '../registry/generic/generic-store.ts';
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
  clock: () => number;
  log: Logger;
  /** Ends it. */
  signal: AbortSignal;
  /** Default 1 s. */
  retryDelayMs?: number;
}

/**
 * Keeps the APIServices of versions that come and go while the server runs (kube-aggregator: `autoregister`).
 * It follows the table of what is served, and the definitions, from its construction on, and writes from `start` on.
 */
export class ApiServiceRegistration {
  readonly #options: ApiServiceRegistrationOptions;
  readonly #changed = new Map<string, GroupVersion>();
  #isStarted = false;
  #isWorking = false;

  constructor(options: ApiServiceRegistrationOptions) {
    this.#options = options;
    const { registry, defined, signal } = options;
    const note = (versions: readonly GroupVersion[]): void => {
      for (const version of versions) this.#changed.set(apiVersionOf(version), version);
      void this.#work();
    };
    const unsubscribe = registry.resources.subscribe(({ added, removed }) =>
      note(registeredVersions([...added, ...removed])),
    );
    defined.subscribe(note);
    signal.addEventListener('abort', unsubscribe, { once: true });
  }

  /** To be called when the store can be written to. */
  start(): void {
    this.#isStarted = true;
    void this.#work();
  }

  async #work(): Promise<void> {
    if (!this.#isStarted || this.#isWorking) return;
    this.#isWorking = true;
    try {
      await this.#drain();
    } finally {
      this.#isWorking = false;
    }
  }

  /** One version after the other; one that fails is tried again. */
  async #drain(): Promise<void> {
    const { registry, defined, clock, log, signal, retryDelayMs = 1000 } = this.#options;
    while (this.#changed.size > 0 && !signal.aborted) {
      for (const [name, version] of this.#changed) {
        this.#changed.delete(name);
        const { group } = version;
        const isWanted = registry.resources.servesVersion(group, version.version) || defined.has(version);
        try {
          await (isWanted ? registerApiService : unregisterApiService)(registry, version, clock());
        } catch (error) {
          if (signal.aborted) return;
          log.warn({ err: error, version: name }, 'could not write an APIService, trying again');
          this.#changed.set(name, version);
          await sleep(retryDelayMs, undefined, { signal }).catch(() => undefined);
        }
      }
    }
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
