import type { ApiserverOptions } from '../apiserver-options.ts';
import { createConverter } from '../apiextensions/conversion/create-converter.ts';
import { DefinitionServer } from '../apiextensions/definition-server.ts';
import { DefinedVersions } from '../apiextensions/defined-versions.ts';
import { definitionOf, definitionsResource } from '../apiextensions/definition.ts';
import { DefinitionControllers } from '../apiextensions/life/definition-controllers.ts';
import { DefinitionWriter } from '../apiextensions/life/definition-writer.ts';
import { hasPeers } from '../apiextensions/life/peers.ts';
import { nameConverter } from '../apiextensions/serving/object-converter.ts';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import { resources as builtInResources } from '@pg8s/k8s-proto/scheme';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { DefinitionMetrics } from '../metrics/definition-metrics.ts';
import type { OutgoingClient } from '../outgoing/outgoing-client.ts';
import { systemClock } from '../storage/clock.ts';
import type { DeepReadonly } from '../storage/follow/deep-readonly.ts';
import type { StorageStage } from './storage-stage.ts';

/** What custom resources are served with. */
export interface DefinitionsStageParts {
  registry: BuiltRegistry;
  storage: StorageStage;
  /** Calls conversion webhooks. */
  client: OutgoingClient;
  metrics: DefinitionMetrics;
  /** Aborted when the server closes. */
  closing: AbortSignal;
}

/** The server's part in CustomResourceDefinitions. */
export interface DefinitionsStage {
  /** What definitions want to serve, once they are served. */
  readonly versions: DefinedVersions;
  /** Begins to serve what is defined; resolves when all definitions that there are, are served. */
  serve(): Promise<void>;
  /** Begins to keep the names and conditions of definitions, and to delete the objects of those that go. */
  startControllers(): void;
}

/** Nothing is read until `serve`. */
export function definitionsStage(
  options: ApiserverOptions,
  { registry, storage: { factory, informers }, client, metrics, closing }: DefinitionsStageParts,
): DefinitionsStage {
  const { group, resource } = definitionsResource;
  const { log } = options;
  const server = new DefinitionServer({
    resources: registry.resources,
    openStorage: (about, codec) => factory.open(about, codec),
    retireStorage: (storage) => factory.retire(storage),
    converterOf: ({ metadata: { name = '' }, spec: { conversion, versions } }) =>
      conversion?.strategy === 'Webhook'
        ? createConverter({
            name,
            conversion,
            versions: versions.map((version) => version.name),
            client,
            observe: (call) => metrics.converted({ definition: name, ...call }),
          })
        : nameConverter,
    metrics,
    published: metrics.published,
    clock: Date.now,
    random: Math.random,
    deleteCollectionWorkers: options.deleteCollectionWorkers,
    log,
  });
  const builtIn = new Set(builtInResources().map((info) => `${info.group}/${info.name}`));
  const controllers = new DefinitionControllers({
    writer: new DefinitionWriter({
      store: registry.storeOf(group, resource),
      trackServerWrite: registry.trackServerWrite,
      clock: Date.now,
    }),
    storeOf: (definition) => server.storeOf(definition),
    isBuiltIn: (ofGroup, plural) => builtIn.has(`${ofGroup}/${plural}`),
    hasPeers: () => hasPeers(registry.storageOf('coordination.k8s.io', 'leases'), Date.now()),
    clock: systemClock,
    log,
    signal: closing,
  });
  const versions = new DefinedVersions();
  const changed = (object: DeepReadonly<KubeObject>): void => {
    const definition = definitionOf(object);
    server.changed(definition);
    versions.changed(definition);
  };
  return {
    versions,
    async serve() {
      const { synced } = informers.follow({ group, resource }).addHandler({
        add: changed,
        update: changed,
        delete({ metadata: { name = '' } }) {
          server.removed(name);
          versions.removed(name);
        },
      });
      await synced;
    },
    startControllers() {
      informers.follow({ group, resource }).addHandler({
        add: (object) => controllers.changed(definitionOf(object)),
        update: (object) => controllers.changed(definitionOf(object)),
        delete: (object) => controllers.removed(definitionOf(object)),
      });
    },
  };
}
