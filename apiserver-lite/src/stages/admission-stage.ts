import { createAdmission } from '../admission/plugin-table.ts';
import type { Admission } from '../admission/chain.ts';
import type { ApiserverOptions } from '../apiserver-options.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import type { AuthorizationStage } from './authorization-stage.ts';
import { given } from './given.ts';

/** What admission plugins are built from. */
export interface AdmissionStageParts {
  registry: BuiltRegistry;
  authorization: AuthorizationStage;
  metrics: ServerMetrics;
}

/** The selected admission plugins, in their order. */
export function admissionStage(
  options: ApiserverOptions,
  { registry, authorization, metrics }: AdmissionStageParts,
): Admission {
  return createAdmission(
    options.admissionPlugins ?? {},
    {
      storageOf: (group, resource) => registry.storageOf(group, resource),
      authorizer: authorization.authorizer,
      ...given({ defaultTolerations: options.defaultTolerations }),
    },
    metrics.admission,
  );
}
