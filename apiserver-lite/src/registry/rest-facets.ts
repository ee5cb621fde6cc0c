import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';
import type { KindModule } from './kind-module.ts';
import type { RestFacets } from './rest.ts';

/** What the endpoint of a resource takes from the kind's module as it is. */
export function restFacets({ version }: ResourceInfo, module: KindModule | undefined): RestFacets {
  const {
    selectableFields,
    unsupportedField,
    returnsDeletedObject,
    publishesDeletedStatus,
    internalAnnotations,
  } = module ?? {};
  return {
    ...(selectableFields === undefined ? {} : { selectableFields }),
    ...(unsupportedField === undefined
      ? {}
      : { unsupportedField: (label) => unsupportedField(label, version) }),
    ...(internalAnnotations === undefined ? {} : { internalAnnotations }),
    ...(returnsDeletedObject === undefined ? {} : { returnsDeletedObject }),
    ...(publishesDeletedStatus === undefined ? {} : { publishesDeletedStatus }),
  };
}
