import type { Logger } from 'pino';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import type { SharedInformers } from '../storage/follow/shared-informers.ts';
import { withAvailability } from '../registry/apiregistration/api-service/availability.ts';
import { ConditionWriter } from './condition-writer.ts';
import { levelOf, withDangling } from './flow-schema-condition.ts';

/** What the conditions are kept with. */
export interface KeepConditionsOptions {
  registry: BuiltRegistry;
  informers: SharedInformers;
  /** Milliseconds since the epoch. */
  clock: () => number;
  log: Logger;
  /** Ends it. */
  signal: AbortSignal;
}

/** Keeps the condition `Available` of local APIServices. Resolves when all that exist were looked at. */
export async function keepApiServiceConditions(options: KeepConditionsOptions): Promise<void> {
  const [group, resource] = ['apiregistration.k8s.io', 'apiservices'];
  const store = options.registry.storeOf(group, resource);
  const writer = new ConditionWriter({
    ...options,
    store,
    next(object, nowMs) {
      const next = withAvailability(object, nowMs);
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
  const { synced } = options.informers.follow({ group, resource }).addHandler({
    add: (object) => writer.changed(object),
    update: (object) => writer.changed(object),
  });
  await synced;
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
