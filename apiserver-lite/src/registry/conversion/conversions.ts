import { apiVersionOf, type ResourceInfo } from '@pg8s/k8s-proto/scheme';
import type { Conversion } from '../generic/converted-rest.ts';
import { customResourceDefinitionConversion } from '../apiextensions/custom-resource-definition/definition-versions.ts';
import { eventConversion } from '../events/event/event-versions.ts';
import { autoscalerConversion } from '../autoscaling/horizontal-pod-autoscaler/autoscaler-versions.ts';

const structural: Readonly<Record<string, Conversion>> = {
  'events.k8s.io/v1/Event': eventConversion,
  'autoscaling/v1/HorizontalPodAutoscaler': autoscalerConversion,
  'apiextensions.k8s.io/v1/CustomResourceDefinition': customResourceDefinitionConversion,
};

/** How a served version becomes the stored one; undefined where they are the same. Most versions differ in name only. */
export function conversionOf(resource: ResourceInfo): Conversion | undefined {
  const { group, version, kind, storedAs } = resource;
  if (storedAs.group === group && storedAs.version === version) return undefined;
  const own = structural[`${group}/${version}/${kind}`];
  if (own !== undefined) return own;
  const served = apiVersionOf({ group, version });
  const stored = apiVersionOf(storedAs);
  return {
    toStored: (object) => ({ ...object, apiVersion: stored, kind: storedAs.kind }),
    fromStored: (object) => ({ ...object, apiVersion: served, kind }),
  };
}
