import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { DeepReadonly } from '../../storage/follow/deep-readonly.ts';

/** What a kubelet reads besides a Pod, or because of it. */
export type ReferencedKind =
  | 'configmaps'
  | 'persistentvolumeclaims'
  | 'resourceclaims'
  | 'secrets'
  | 'serviceaccounts';

/** A name in the Pod's own namespace. */
export interface Reference {
  kind: ReferencedKind;
  name: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Volumes that name a secret in a `secretRef`. */
const volumesWithSecretRef = ['cephfs', 'cinder', 'flexVolume', 'iscsi', 'rbd', 'scaleIO', 'storageos'];

/** Everything in its namespace that a Pod names (Kubernetes: `api/pod.VisitPodSecretNames` and its like). */
export function podReferences(pod: DeepReadonly<KubeObject>): Reference[] {
  const references: Reference[] = [];
  const add = (kind: ReferencedKind, name: unknown): void => {
    if (typeof name === 'string' && name !== '') references.push({ kind, name });
  };
  const spec = fieldsOf(pod['spec']);
  const status = fieldsOf(pod['status']);
  add('serviceaccounts', spec['serviceAccountName']);
  for (const secret of itemsOf(spec['imagePullSecrets'])) add('secrets', secret['name']);
  for (const container of ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) =>
    itemsOf(spec[field]),
  )) {
    for (const source of itemsOf(container['envFrom'])) {
      add('secrets', fieldsOf(source['secretRef'])['name']);
      add('configmaps', fieldsOf(source['configMapRef'])['name']);
    }
    for (const variable of itemsOf(container['env'])) {
      const from = fieldsOf(variable['valueFrom']);
      add('secrets', fieldsOf(from['secretKeyRef'])['name']);
      add('configmaps', fieldsOf(from['configMapKeyRef'])['name']);
    }
  }
  for (const volume of itemsOf(spec['volumes'])) {
    add('secrets', fieldsOf(volume['secret'])['secretName']);
    add('secrets', fieldsOf(volume['azureFile'])['secretName']);
    add('secrets', fieldsOf(fieldsOf(volume['csi'])['nodePublishSecretRef'])['name']);
    for (const type of volumesWithSecretRef) {
      add('secrets', fieldsOf(fieldsOf(volume[type])['secretRef'])['name']);
    }
    add('configmaps', fieldsOf(volume['configMap'])['name']);
    for (const source of itemsOf(fieldsOf(volume['projected'])['sources'])) {
      add('secrets', fieldsOf(source['secret'])['name']);
      add('configmaps', fieldsOf(source['configMap'])['name']);
    }
    add('persistentvolumeclaims', fieldsOf(volume['persistentVolumeClaim'])['claimName']);
    if (volume['ephemeral'] !== undefined) {
      add('persistentvolumeclaims', `${pod.metadata.name}-${volume['name'] as string}`);
    }
  }
  for (const claim of itemsOf(spec['resourceClaims'])) add('resourceclaims', claim['resourceClaimName']);
  for (const claim of itemsOf(status['resourceClaimStatuses'])) {
    add('resourceclaims', claim['resourceClaimName']);
  }
  add('resourceclaims', fieldsOf(status['extendedResourceClaimStatus'])['resourceClaimName']);
  return references;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function itemsOf(value: unknown): Fields[] {
  return Array.isArray(value) ? (value as unknown[]).map((item) => fieldsOf(item)) : [];
}
