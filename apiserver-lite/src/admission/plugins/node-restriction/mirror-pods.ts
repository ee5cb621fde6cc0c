import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { V1Pod, V1Volume, V1VolumeProjection } from '@pg8s/k8s-proto/generated/models';
import { podReferences } from '../../../authorization/node/pod-references.ts';

/** On the Pod by which a kubelet shows a static Pod. */
export const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** What other objects a Pod names: a resource, or a volume of which that cannot be known. */
type Referenced = { resource: string } | { unknown: string };

/**
 * The first kind of objects of the API that the Pod names; undefined: it names none (Kubernetes:
 * `api/pod.HasAPIObjectReference`). Static Pods must not, because what a Pod names its node may read.
 */
export function referencedObjects(pod: V1Pod): Referenced | undefined {
  if (pod.spec?.serviceAccountName) return { resource: 'serviceaccounts' };
  const named = new Set(podReferences(pod).map(({ kind }) => kind));
  for (const resource of ['secrets', 'configmaps'] as const) if (named.has(resource)) return { resource };
  if ((pod.spec?.resourceClaims ?? []).length > 0) return { resource: 'resourceclaims' };
  for (const volume of pod.spec?.volumes ?? []) {
    const referenced = referencedByVolume(volume);
    if (referenced !== undefined) return referenced;
  }
  return undefined;
}

/** Volumes that need nothing of the API. */
const independent: readonly (keyof V1Volume)[] = [
  'awsElasticBlockStore',
  'azureDisk',
  'cephfs',
  'cinder',
  'downwardAPI',
  'emptyDir',
  'fc',
  'flexVolume',
  'flocker',
  'gcePersistentDisk',
  'gitRepo',
  'hostPath',
  'image',
  'iscsi',
  'nfs',
  'photonPersistentDisk',
  'portworxVolume',
  'quobyte',
  'rbd',
  'scaleIO',
  'storageos',
  'vsphereVolume',
];

const volumeResources: readonly (readonly [keyof V1Volume, string])[] = [
  ['configMap', 'configmaps (via configmap volumes)'],
  ['secret', 'secrets (via secret volumes)'],
  ['csi', 'csidrivers (via CSI volumes)'],
  ['glusterfs', 'endpoints (via glusterFS volumes)'],
  ['persistentVolumeClaim', 'persistentvolumeclaims'],
  ['ephemeral', 'persistentvolumeclaims (via ephemeral volumes)'],
  ['azureFile', 'secrets (via azureFile volumes)'],
];

const projectedResources: readonly (readonly [keyof V1VolumeProjection, string])[] = [
  ['configMap', 'configmaps (via projected volumes)'],
  ['secret', 'secrets (via projected volumes)'],
  ['serviceAccountToken', 'serviceaccounts (via projected volumes)'],
  ['clusterTrustBundle', 'clustertrustbundles'],
  ['podCertificate', 'podcertificates'],
];

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

function referencedByVolume(volume: V1Volume): Referenced | undefined {
  if (independent.some((type) => isSet(volume[type]))) return undefined;
  const found = volumeResources.find(([type]) => isSet(volume[type]));
  if (found !== undefined) return { resource: found[1] };
  const name = goQuote(volume.name);
  if (!isSet(volume.projected)) return { unknown: `unknown volume type for volume  ${name}` };
  for (const source of volume.projected?.sources ?? []) {
    const projected = projectedResources.find(([type]) => isSet(source[type]));
    if (projected !== undefined) return { resource: projected[1] };
    if (!isSet(source.downwardAPI)) return { unknown: `unknown source for projected volume ${name}` };
  }
  return undefined;
}
