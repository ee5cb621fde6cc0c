import type { V1alpha1StorageVersion } from '@pg8s/k8s-proto/generated/models';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, shortList, tableOf } from '../../table/column.ts';

const storageVersionTable = tableOf<V1alpha1StorageVersion>([
  nameColumn(),
  column('CommonEncodingVersion', ({ status }) => status?.commonEncodingVersion ?? '<unset>'),
  column(
    'StorageVersions',
    ({ status }) =>
      shortList(
        (status?.storageVersions ?? []).map(
          ({ apiServerID, encodingVersion }) => `${apiServerID ?? ''}=${encodingVersion ?? ''}`,
        ),
      ) || '<unset>',
  ),
  ageColumn(),
]);

/** StorageVersions (Kubernetes: `pkg/registry/internal/storageversion`). */
export const storageVersionModule = defineKind('internal.apiserver.k8s.io/StorageVersion', {
  table: storageVersionTable,
});
