import type { Logger } from 'pino';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import type { Clock } from '../storage/clock.ts';
import type { SharedInformers } from '../storage/follow/shared-informers.ts';
import {
  type Availability,
  withAvailability,
  withLocalAvailability,
} from '../registry/apiregistration/api-service/availability.ts';
import type { DeepReadonly } from '../storage/follow/deep-readonly.ts';
import { ConditionWriter } from './condition-writer.ts';
import { levelOf, withDangling } from './flow-schema-condition.ts';

/** What the conditions are kept with. */
export interface KeepConditionsOptions {
  registry: BuiltRegistry;
  informers: SharedInformers;
  /** Milliseconds since the epoch. */
  now: () => number;
  clock: Clock;
  log: Logger;
  /** Ends it. */
  signal: AbortSignal;
}

/** What is known of APIServices that lead to a Service. */
export interface RemoteAvailability {
  /** Undefined: nothing yet. */
  of(object: DeepReadonly<KubeObject>): Availability | undefined;
  /** Calls back with the name of one of which something else is known. */
  subscribe(changed: (name: string) => void): void;
}

/**
 * Keeps the condition `Available` of APIServices: this server's own are always available, of others it says
 * what `remote` knows. Resolves when all that exist were looked at.
 */
export async function keepApiServiceConditions(
  options: KeepConditionsOptions,
  remote?: RemoteAvailability,
): Promise<void> {
  const [group, resource] = ['apiregistration.k8s.io', 'apiservices'];
  const store = options.registry.storeOf(group, resource);
  const writer = new ConditionWriter({
    ...options,
    store,
    next(object, nowMs) {
      const known = isLocal(object) ? undefined : remote?.of(object);
      const next =
        known === undefined ? withLocalAvailability(object, nowMs) : withAvailability(object, known, nowMs);
      if (next === object) return object;
      const tracked = { ...next, metadata: { ...next.metadata } };
      const { resource: about } = store;
      options.registry.trackServerWrite({
        resource: about,
        subresource: 'status',
        current: object,
        object: tracked,
      });
      return tracked;
    },
  });
  const followed = options.informers.follow({ group, resource });
  const { synced } = followed.addHandler({
    add: (object) => writer.changed(object),
    update: (object) => writer.changed(object),
  });
  remote?.subscribe((name) => {
    const object = followed.get('', name);
    if (object !== undefined) writer.changed(object);
  });
  await synced;
}

function isLocal(object: KubeObject): boolean {
  return ((object['spec'] ?? {}) as { service?: unknown }).service === undefined;
}

/** Keeps the condition `Dangling` of FlowSchemas. Resolves when all that exist were looked at. */
export async function keepFlowSchemaConditions(options: KeepConditionsOptions): Promise<void> {
  const { registry, informers } = options;
  const group = 'flowcontrol.apiserver.k8s.io';
  const levels = informers.follow({ group, resource: 'prioritylevelconfigurations' });
  await levels.synced;
  const schemas = informers.follow({ group, resource: 'flowschemas' });
  const writer = new ConditionWriter({
    ...options,
    store: registry.storeOf(group, 'flowschemas'),
    next: (object, nowMs) => withDangling(object, nowMs, levels.get('', levelOf(object)) !== undefined),
  });
  const levelChanged = (name = ''): void => {
    for (const schema of schemas.list()) if (levelOf(schema) === name) writer.changed(schema);
  };
  levels.addHandler({
    add: ({ metadata }) => levelChanged(metadata.name),
    delete: ({ metadata }) => levelChanged(metadata.name),
  });
  const { synced } = schemas.addHandler({
    add: (object) => writer.changed(object),
    update: (object) => writer.changed(object),
  });
  await synced;
}
