import type { V1ResourceClaimStatus } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';

type DeviceRef = { driver: string; pool: string; device: string };

const statusOf = (object: KubeObject) => (object['status'] ?? {}) as V1ResourceClaimStatus;
const idOf = ({ driver, pool, device }: DeviceRef) => [driver, pool, device].join('/');
const allocated = (object: KubeObject) =>
  new Set((statusOf(object).allocation?.devices?.results ?? []).map(idOf));

/** What was reported of devices that a claim no longer has goes with them. */
export function dropReleasedDevices(object: KubeObject, old: KubeObject): void {
  const status = statusOf(object);
  if (status.devices === undefined) return;
  const [now, before] = [allocated(object), allocated(old)];
  status.devices = status.devices.filter((device) => now.has(idOf(device)) || !before.has(idOf(device)));
  if (status.devices.length === 0) delete status.devices;
}
