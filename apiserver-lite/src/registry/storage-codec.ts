import type { ResourceInfo } from '@pg8s/k8s-proto/resource-info';
import {
  jsonValueCodec,
  valueCodecFor,
  type StorageMediaType,
} from './resource-types/built-in/value-codecs.ts';
import type { ValueCodec } from '../storage/value-codec.ts';
import { groupModuleOf } from './group-modules.ts';

/** How values of a resource are written. */
export function storageCodec(
  { group }: Pick<ResourceInfo, 'group'>,
  mediaType: StorageMediaType,
): ValueCodec {
  return groupModuleOf(group)?.storesJson === true ? jsonValueCodec : valueCodecFor(mediaType);
}
