import { qualifiedName } from '../formats/names.ts';

const implicitPrefix = 'deviceclass.resource.kubernetes.io/';

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Whether a container can ask for it as for an extended resource, or for devices of a class. */
export function isExtendedResource(name: string): boolean {
  if (name.startsWith(implicitPrefix)) return true;
  return !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;
}

/** Whether a quota limits an extended resource by this name; they have no limits beside requests. */
export function isExtendedResourceQuota(name: string): boolean {
  return name.startsWith('requests.') && (!isNative(name) || name.startsWith(`requests.${implicitPrefix}`));
}
