import type { GroupName, GroupResources } from '@pg8s/k8s-proto/generated/kinds';
import type { ResourceStorage } from '../storage/storage.ts';

/**
 * The storage of a built-in resource, by its group and plural name; throws for a resource that is not stored.
 */
export type StorageOf = <Group extends GroupName>(
  group: Group,
  resource: GroupResources[Group],
) => ResourceStorage;
