import { apiVersionOf, type ResourceInfo } from '@pg8s/k8s-proto/scheme';
import type { Conversion } from '../generic/conversion.ts';
import { kindModuleOf } from '../kind-modules.ts';

/**
 * How a served version becomes the stored one; undefined where they are the same. Most versions differ in
 * name only.
 */
export function conversionOf(resource: ResourceInfo): Conversion | undefined {
  const { group, version, kind, storedAs } = resource;
  if (storedAs.group === group && storedAs.version === version) return undefined;
  const own = kindModuleOf(resource)?.conversions?.[version];
  if (own !== undefined) return own;
  const served = apiVersionOf({ group, version });
  const stored = apiVersionOf(storedAs);
  return {
    toStored: (object) => ({ ...object, apiVersion: stored, kind: storedAs.kind }),
    fromStored: (object) => ({ ...object, apiVersion: served, kind }),
  };
}
