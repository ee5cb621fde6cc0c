import type {
  V1CSIDriver,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1Volume,
} from '@pg8s/k8s-proto/generated/models';
import type { ReadObject } from './node-request.ts';

const claims = { group: '', resource: 'persistentvolumeclaims', singular: 'persistentvolumeclaim' };
const volumes = { group: '', resource: 'persistentvolumes', singular: 'persistentvolume' };
const drivers = { group: 'storage.k8s.io', resource: 'csidrivers', singular: 'csidriver' };

/** CSI drivers that serve volume types which once were part of Kubernetes (`csi-translation-lib`). */
const migrated = [
  ['awsElasticBlockStore', 'ebs.csi.aws.com'],
  ['azureDisk', 'disk.csi.azure.com'],
  ['azureFile', 'file.csi.azure.com'],
  ['cinder', 'cinder.csi.openstack.org'],
  ['gcePersistentDisk', 'pd.csi.storage.gke.io'],
  ['portworxVolume', 'pxd.portworx.com'],
  ['vsphereVolume', 'csi.vsphere.vmware.com'],
] as const;

/**
 * The CSI driver behind a volume of a Pod; undefined: none. Throws NotFound where an object on the way is
 * missing.
 */
export async function driverOf(read: ReadObject, pod: V1Pod, volume: V1Volume): Promise<string | undefined> {
  const { namespace = '', name = '' } = pod.metadata ?? {};
  if (volume.ephemeral?.volumeClaimTemplate) {
    return driverOfClaim(read, namespace, `${name}-${volume.name}`);
  }
  if (volume.persistentVolumeClaim) {
    return driverOfClaim(read, namespace, volume.persistentVolumeClaim.claimName);
  }
  if (volume.csi) return volume.csi.driver;
  return migrated.find(([type]) => volume[type])?.[1];
}

/** Pod → claim → volume → driver. */
async function driverOfClaim(read: ReadObject, namespace: string, name: string): Promise<string | undefined> {
  const claim = (await read(claims, namespace, name)) as V1PersistentVolumeClaim;
  const volume = (await read(volumes, '', claim.spec?.volumeName ?? '')) as V1PersistentVolume;
  return volume.spec?.csi?.driver ?? migrated.find(([type]) => volume.spec?.[type])?.[1];
}

/** Whether the driver wants tokens for the audience. Throws NotFound for a driver that is not there. */
export async function hasAudience(read: ReadObject, driver: string, audience: string): Promise<boolean> {
  const { spec } = (await read(drivers, '', driver)) as V1CSIDriver;
  return (spec.tokenRequests ?? []).some((wanted) => (wanted.audience ?? '') === audience);
}
