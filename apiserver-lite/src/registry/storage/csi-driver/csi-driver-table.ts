import type { V1CSIDriver } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const boolean = { type: 'boolean' as const };

const unset = '<unset>';

const none = '<none>';

export const csiDriverTable = tableOf<V1CSIDriver>([
  nameColumn(),
  column('AttachRequired', ({ spec }) => spec.attachRequired ?? true, boolean),
  column('PodInfoOnMount', ({ spec }) => spec.podInfoOnMount ?? false, boolean),
  column('StorageCapacity', ({ spec }) => spec.storageCapacity ?? false, boolean),
  column(
    'TokenRequests',
    ({ spec }) => (spec.tokenRequests ?? []).map(({ audience }) => audience).join(',') || unset,
  ),
  column('RequiresRepublish', ({ spec }) => spec.requiresRepublish ?? false, boolean),
  column('Modes', ({ spec }) => (spec.volumeLifecycleModes ?? []).join(',') || none),
  ageColumn(),
]);
