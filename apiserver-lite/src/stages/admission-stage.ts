import { createAdmission } from '../admission/plugin-table.ts';
import type { Admission } from '../admission/chain.ts';
import type { ApiserverOptions } from '../apiserver-options.ts';
import { ensure } from '../bootstrap/ensure-object.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import { systemClock } from '../storage/clock.ts';
import type { AggregationStage } from './aggregation-stage.ts';
import type { AuthorizationStage } from './authorization-stage.ts';
import { given } from './given.ts';
import type { StorageStage } from './storage-stage.ts';

/** What admission plugins are built from. */
export interface AdmissionStageParts {
  registry: BuiltRegistry;
  storage: StorageStage;
  authorization: AuthorizationStage;
  aggregation: AggregationStage;
  metrics: ServerMetrics;
}

/** The selected admission plugins, in their order. */
export function admissionStage(
  options: ApiserverOptions,
  { registry, storage, authorization, aggregation, metrics }: AdmissionStageParts,
): Admission {
  return createAdmission(options.admissionPlugins ?? {}, {
    storageOf: (group, resource) => registry.storageOf(group, resource),
    authorizer: authorization.authorizer,
    createNamespace: (name) =>
      ensure(
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
        {
          store: registry.storeOf('', 'namespaces'),
          nowMs: Date.now(),
          track: registry.trackServerWrite,
        },
      ),
    informers: storage.informers,
    resources: registry.resources,
    client: aggregation.client,
    clock: systemClock,
    random: Math.random,
    metrics: metrics.admission,
    trackServerWrite: registry.trackServerWrite,
    log: options.log,
    ...given({
      defaultTolerations: options.defaultTolerations,
      configuration: options.admissionConfiguration,
    }),
  });
}
