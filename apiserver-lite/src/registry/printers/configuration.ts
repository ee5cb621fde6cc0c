import type {
  RbacV1Subject,
  V1ClusterRoleBinding,
  V1ConfigMap,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1PodDisruptionBudget,
  V1PriorityClass,
  V1ResourceQuota,
  V1RoleBinding,
  V1RuntimeClass,
  V1Secret,
  V1ServiceAccount,
  V1StorageClass,
  V1ValidatingWebhookConfiguration,
  V1VolumeAttachment,
} from '@pg8s/k8s-proto/generated/models';
import type { TableConvertor } from '../rest.ts';
import { ageColumn, column, nameColumn, tableOf } from '../table/column.ts';

const wide = { priority: 1 };
const integer = { type: 'integer' as const };

const entries = (map: object | undefined) => Object.keys(map ?? {}).length;

const configMap = tableOf<V1ConfigMap>([
  nameColumn(),
  column('Data', ({ data, binaryData }) => entries(data) + entries(binaryData)),
  ageColumn(),
]);

const secret = tableOf<V1Secret>([
  nameColumn(),
  column('Type', ({ type }) => type ?? ''),
  column('Data', ({ data }) => entries(data)),
  ageColumn(),
]);

const serviceAccount = tableOf<V1ServiceAccount>([nameColumn(), ageColumn()]);

const subjects = (all: RbacV1Subject[] = [], kind: string) =>
  all
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ');

const roleBinding = tableOf<V1RoleBinding | V1ClusterRoleBinding>([
  nameColumn(),
  column('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn(),
  column('Users', ({ subjects: all }) => subjects(all, 'User'), wide),
  column('Groups', ({ subjects: all }) => subjects(all, 'Group'), wide),
  column('ServiceAccounts', ({ subjects: all }) => subjects(all, 'ServiceAccount'), wide),
]);

const accessModeNames: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

const accessModes = (modes: string[] = []) =>
  ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']
    .filter((mode) => modes.includes(mode))
    .map((mode) => accessModeNames[mode] ?? mode)
    .join(',');

/** The annotation by which a class was asked for before there was a field goes first. */
const storageClassName = ({ metadata, spec }: V1PersistentVolume | V1PersistentVolumeClaim) =>
  metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? '';

const persistentVolume = tableOf<V1PersistentVolume>([
  nameColumn(),
  column('Capacity', ({ spec }) => spec?.capacity?.['storage'] ?? '0'),
  column('Access Modes', ({ spec }) => accessModes(spec?.accessModes)),
  column('Reclaim Policy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''),
  column('Status', ({ status, metadata }) =>
    metadata?.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
  ),
  column('Claim', ({ spec }) =>
    spec?.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`,
  ),
  column('StorageClass', storageClassName),
  column('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
  column('Reason', ({ status }) => status?.reason ?? ''),
  ageColumn(),
  column('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>', wide),
]);

const persistentVolumeClaim = tableOf<V1PersistentVolumeClaim>([
  nameColumn(),
  column('Status', ({ status, metadata }) =>
    metadata?.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
  ),
  column('Volume', ({ spec }) => spec?.volumeName ?? ''),
  column('Capacity', ({ spec, status }) => (spec?.volumeName ? (status?.capacity?.['storage'] ?? '0') : '')),
  column('Access Modes', ({ spec, status }) => (spec?.volumeName ? accessModes(status?.accessModes) : '')),
  column('StorageClass', storageClassName),
  column('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
  ageColumn(),
  column('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>', wide),
]);

const storageClass = tableOf<V1StorageClass>([
  nameColumn(({ metadata }) =>
    ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'].some(
      (annotation) => metadata?.annotations?.[annotation] === 'true',
    ),
  ),
  column('Provisioner', ({ provisioner }) => provisioner),
  column('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
  column('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
  column('AllowVolumeExpansion', ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false),
  ageColumn(),
]);

const volumeAttachment = tableOf<V1VolumeAttachment>([
  nameColumn(),
  column('Attacher', ({ spec }) => spec.attacher, { format: 'name' }),
  column('PV', ({ spec }) => spec.source.persistentVolumeName ?? ''),
  column('Node', ({ spec }) => spec.nodeName),
  column('Attached', ({ status }) => status?.attached ?? false, { type: 'boolean' }),
  ageColumn(),
]);

const disruptionBudget = tableOf<V1PodDisruptionBudget>([
  nameColumn(),
  column('Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
  column('Max Unavailable', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')),
  column('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed ?? 0, integer),
  ageColumn(),
]);

const priorityClass = tableOf<V1PriorityClass>([
  nameColumn(),
  column('Value', ({ value }) => value, integer),
  column('Global-Default', ({ globalDefault }) => globalDefault ?? false, { type: 'boolean' }),
  ageColumn(),
  column('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
]);

function quota({ status }: V1ResourceQuota, limits: boolean): string {
  const hard = status?.hard ?? {};
  return Object.keys(hard)
    .filter((name) => name.startsWith('limits.') === limits)
    .sort()
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${hard[name] ?? '0'}`)
    .join(', ');
}

const resourceQuota = tableOf<V1ResourceQuota>([
  nameColumn(),
  column('Request', (object) => quota(object, false)),
  column('Limit', (object) => quota(object, true)),
  ageColumn(),
]);

const runtimeClass = tableOf<V1RuntimeClass>([
  nameColumn(),
  column('Handler', ({ handler }) => handler),
  ageColumn(),
]);

const webhookConfiguration = tableOf<V1ValidatingWebhookConfiguration>([
  nameColumn(),
  column('Webhooks', ({ webhooks }) => webhooks?.length ?? 0, integer),
  ageColumn(),
]);

/** Tables of what Pods and people are given, by `group/Kind`. */
export const configurationTables: Readonly<Record<string, TableConvertor>> = {
  '/ConfigMap': configMap,
  '/PersistentVolume': persistentVolume,
  '/PersistentVolumeClaim': persistentVolumeClaim,
  '/ResourceQuota': resourceQuota,
  '/Secret': secret,
  '/ServiceAccount': serviceAccount,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhookConfiguration,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhookConfiguration,
  'node.k8s.io/RuntimeClass': runtimeClass,
  'policy/PodDisruptionBudget': disruptionBudget,
  'rbac.authorization.k8s.io/ClusterRoleBinding': roleBinding,
  'rbac.authorization.k8s.io/RoleBinding': roleBinding,
  'scheduling.k8s.io/PriorityClass': priorityClass,
  'storage.k8s.io/StorageClass': storageClass,
  'storage.k8s.io/VolumeAttachment': volumeAttachment,
};
