import type { ScopeRequirement } from '@pg8s/k8s-proto/quota/evaluator';
import { type ConfigurationType, pluginConfiguration } from '../../plugin-configuration.ts';
import { required } from '../../../registry/fields/field-errors.ts';

/** A resource that may be used only where a quota limits it. */
export interface LimitedResource {
  apiGroup?: string;
  resource: string;
  /** Parts of names of what is used, such as `.storageclass.storage.k8s.io/requests.storage`. */
  matchContains?: readonly string[];
  /** Scopes that objects are in. */
  matchScopes?: readonly ScopeRequirement[];
}

/** A `Configuration` of whatever version. */
interface Configuration {
  limitedResources?: readonly LimitedResource[] | null;
}

const configurationType: ConfigurationType = {
  kind: 'ResourceQuotaConfiguration',
  group: 'apiserver.config.k8s.io',
  versions: ['v1'],
  fields: {
    limitedResources: {
      apiGroup: true,
      resource: true,
      matchContains: true,
      matchScopes: { scopeName: true, operator: true, values: true },
    },
  },
};

const olderType: ConfigurationType = {
  ...configurationType,
  kind: 'Configuration',
  group: 'resourcequota.admission.k8s.io',
  versions: ['v1beta1', 'v1alpha1'],
};

/** Reads a configuration, if there is one. Throws an Error that names all that is wrong with it. */
export function limitedResources(configuration: unknown): readonly LimitedResource[] {
  if (configuration === undefined) return [];
  const { kind } = (configuration ?? {}) as { kind?: string };
  const type = kind === olderType.kind ? olderType : configurationType;
  const limited = pluginConfiguration<Configuration>(configuration, type).limitedResources ?? [];
  const errors = limited.flatMap(({ resource }, index) =>
    resource ? [] : [required(`limitedResources[${index}].resource`)],
  );
  const lines = errors.map(({ field, message }) => `${field}: ${message}`);
  if (lines.length > 0) throw new Error(lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`);
  return limited;
}
