import type { KubeObject } from '../object.ts';
import { addQuantities, type Quantity, subtractQuantities } from '../quantity.ts';
import { countName, type Evaluator } from './evaluator.ts';
import { isExtendedResourceQuota } from './extended-resources.ts';
import { pieces, type ResourceList } from './resource-list.ts';

/** What the evaluator of ResourceClaims looks up. */
export interface ClaimLookups {
  /** The extended resource that a DeviceClass also is; undefined: none. */
  extendedResourceOf(deviceClass: string): string | undefined;
  /** Whether some DeviceClass is this extended resource. */
  isDeviceClass(extendedResource: string): boolean;
  /**
   * What the Pod uses that a claim was made for, where that claim is the Pod's one claim for its extended
   * resources: what it asked for as such is counted with the Pod.
   */
  usageOfPod(claim: KubeObject): ResourceList | undefined;
}

interface DeviceRequest {
  deviceClassName?: string;
  allocationMode?: string;
  count?: number;
}

interface ClaimSpec {
  devices?: { requests?: readonly { exactly?: DeviceRequest; firstAvailable?: readonly DeviceRequest[] }[] };
}

const count = countName('resource.k8s.io', 'resourceclaims');
const classSuffix = '.deviceclass.resource.k8s.io/devices';
const implicitPrefix = 'requests.deviceclass.resource.kubernetes.io/';
/** The most devices that a claim can be given (Kubernetes: `AllocationResultsMaxSize`). */
const mostDevices = 32;

function devicesOf({ allocationMode = 'ExactCount', count: exact = 1 }: DeviceRequest): number {
  if (allocationMode === 'All') return mostDevices;
  return allocationMode === 'ExactCount' ? exact : 0;
}

/** The devices of each class, at worst. */
function devicesByClass(claim: KubeObject): Map<string, number> {
  const used = new Map<string, number>();
  const { devices } = (claim['spec'] ?? {}) as ClaimSpec;
  for (const { exactly, firstAvailable = [] } of devices?.requests ?? []) {
    const most = new Map<string, number>();
    const asked = firstAvailable.length > 0 ? firstAvailable : exactly ? [exactly] : [];
    for (const request of asked) {
      const name = request.deviceClassName ?? '';
      most.set(name, Math.max(most.get(name) ?? 0, devicesOf(request)));
    }
    for (const [name, number] of most) {
      if (number > 0 || firstAvailable.length === 0) used.set(name, (used.get(name) ?? 0) + number);
    }
  }
  return used;
}

/** Claims, and their devices of each class, also under the names of extended resources. */
export function resourceClaims(lookups: ClaimLookups): Evaluator {
  function usage(claim: KubeObject): ResourceList {
    const byClass = devicesByClass(claim);
    const used = new Map<string, Quantity>([[count, pieces(1)]]);
    const extended = new Map<string, Quantity>();
    for (const [name, devices] of byClass) {
      used.set(`${name}${classSuffix}`, pieces(devices));
      if (name === '') continue;
      extended.set(`${implicitPrefix}${name}`, pieces(devices));
      const resource = lookups.extendedResourceOf(name);
      if (resource) extended.set(`requests.${resource}`, pieces(devices));
    }
    const ofPod = extended.size === 0 ? undefined : lookups.usageOfPod(claim);
    for (const [name, amount] of extended) {
      const inPod = ofPod?.get(name);
      const rest = inPod === undefined ? amount : subtractQuantities(amount, inPod);
      if (rest.digits > 0n) used.set(name, addQuantities(pieces(0), rest));
    }
    return used;
  }

  const isMeasured = (name: string): boolean => {
    if (name === count || name.endsWith(classSuffix)) return true;
    if (name.startsWith(implicitPrefix) && lookups.extendedResourceOf(name.slice(implicitPrefix.length)))
      return true;
    return isExtendedResourceQuota(name) && lookups.isDeviceClass(name.slice('requests.'.length));
  };
  return {
    group: 'resource.k8s.io',
    resource: 'resourceclaims',
    handles: ({ subresource }) => subresource === '',
    measured: (wanted) => [...new Set(wanted)].filter(isMeasured),
    usage,
  };
}
