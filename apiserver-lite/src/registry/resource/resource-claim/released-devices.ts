import { statusOf } from '../../fields/spec-and-status.ts';
import type { ResourceV1ResourceClaim } from '@pg8s/k8s-proto/generated/models';

type DeviceRef = { driver: string; pool: string; device: string };

const idOf = ({ driver, pool, device }: DeviceRef) => [driver, pool, device].join('/');
const allocated = (object: ResourceV1ResourceClaim) =>
  new Set((statusOf(object).allocation?.devices?.results ?? []).map(idOf));

/** What was reported of devices that a claim no longer has goes with them. */
export function dropReleasedDevices(object: ResourceV1ResourceClaim, old: ResourceV1ResourceClaim): void {
  const status = statusOf(object);
  if (status.devices === undefined) return;
  const [now, before] = [allocated(object), allocated(old)];
  status.devices = status.devices.filter((device) => now.has(idOf(device)) || !before.has(idOf(device)));
  if (status.devices.length === 0) delete status.devices;
}
