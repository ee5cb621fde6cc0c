import type {
  V1alpha1StorageVersion,
  V1alpha2PodGroup,
  V1alpha3ResourcePoolStatusRequest,
  V1beta1ClusterTrustBundle,
  V1beta1LeaseCandidate,
  V1beta1PodCertificateRequest,
  V1beta1StorageVersionMigration,
  V1beta2DeviceTaintRule,
} from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { formatLabelSelector } from '../fields/label-selector-text.ts';
import type { TableConvertor } from '../rest.ts';
import { age, ageColumn, column, nameColumn, shortList, tableOf } from '../table/column.ts';

const none = '<none>';
const integer = { type: 'integer' as const };

const trustBundle = tableOf<V1beta1ClusterTrustBundle>([
  nameColumn(),
  column('SignerName', ({ spec }) => spec.signerName || none),
]);

const podCertificate = tableOf<V1beta1PodCertificateRequest>([
  nameColumn(),
  column('PodName', ({ spec }) => spec.podName),
  column('ServiceAccountName', ({ spec }) => spec.serviceAccountName),
  column('NodeName', ({ spec }) => spec.nodeName),
  column('SignerName', ({ spec }) => spec.signerName),
  column(
    'State',
    ({ status }) =>
      (status?.conditions ?? [])
        .map(({ type }) => type)
        .findLast((type) => ['Issued', 'Denied', 'Failed'].includes(type)) ?? 'Pending',
  ),
  column(
    'UnverifiedUserAnnotations',
    ({ spec }) => formatLabelSelector(spec.unverifiedUserAnnotations) || none,
  ),
]);

const leaseCandidate = tableOf<V1beta1LeaseCandidate>([
  nameColumn(),
  column('LeaseName', ({ spec }) => spec?.leaseName ?? ''),
  column('BinaryVersion', ({ spec }) => spec?.binaryVersion ?? ''),
  column('EmulationVersion', ({ spec }) => spec?.emulationVersion ?? ''),
  ageColumn(),
]);

const storageVersion = tableOf<V1alpha1StorageVersion>([
  nameColumn(),
  column('CommonEncodingVersion', ({ status }) => status?.commonEncodingVersion ?? '<unset>'),
  column(
    'StorageVersions',
    ({ status }) =>
      shortList(
        (status?.storageVersions ?? []).map(
          ({ apiServerID, encodingVersion }) => `${apiServerID ?? ''}=${encodingVersion ?? ''}`,
        ),
      ) || '<unset>',
  ),
  ageColumn(),
]);

const storageMigration = tableOf<V1beta1StorageVersionMigration>([
  { ...nameColumn<V1beta1StorageVersionMigration>(), format: '' },
  column('Resource', ({ spec }) => {
    const { group, resource = '' } = spec?.resource ?? {};
    return group ? `${resource}.${group}` : resource;
  }),
  column(
    'Status',
    ({ status }) =>
      (status?.conditions ?? []).findLast(
        (condition) =>
          condition.status === 'True' && ['Running', 'Failed', 'Succeeded'].includes(condition.type),
      )?.type ?? 'Unknown',
  ),
]);

const deviceTaintRule = tableOf<V1beta2DeviceTaintRule>([
  nameColumn(),
  column('Key', ({ spec }) => spec.taint.key),
  column('Value', ({ spec }) => spec.taint.value ?? ''),
  column('Effect', ({ spec }) => spec.taint.effect),
  column('TimeAdded', ({ spec: { taint } }, nowMs) => (taint.timeAdded ? age(taint.timeAdded, nowMs) : '')),
  ageColumn(),
]);

type PoolRequest = V1alpha3ResourcePoolStatusRequest;
type PoolCount = 'totalDevices' | 'availableDevices' | 'allocatedDevices' | 'unavailableDevices';

/** Which of its two ends a request has come to. */
const poolEnd = ({ status }: PoolRequest) =>
  status?.conditions?.find(
    (condition) => condition.status === 'True' && ['Complete', 'Failed'].includes(condition.type),
  );

const poolSum = (name: PoolCount) => (request: PoolRequest) =>
  request.status === undefined || poolEnd(request)?.type === 'Failed'
    ? '-'
    : String((request.status.pools ?? []).reduce((sum, pool) => sum + (pool[name] ?? 0), 0));

function poolErrors(request: PoolRequest): string {
  if (request.status === undefined || poolEnd(request)?.type === 'Failed') return '-';
  const wrong = (request.status.pools ?? []).filter(({ validationError }) => validationError !== undefined);
  return String(wrong.length);
}

function poolState(request: PoolRequest): string {
  const end = poolEnd(request)?.type;
  const { pools = [], poolCount = 0 } = request.status ?? {};
  if (end === 'Complete' && poolCount > pools.length) return `Complete (${pools.length}/${poolCount} pools)`;
  return end ?? 'Pending';
}

const poolStatusRequest = tableOf<PoolRequest>([
  nameColumn(),
  column('Driver', ({ spec }) => spec.driver),
  column('Total', poolSum('totalDevices')),
  column('Available', poolSum('availableDevices')),
  column('Allocated', poolSum('allocatedDevices')),
  column('Unavailable', poolSum('unavailableDevices')),
  column('Errors', poolErrors),
  column('Pools', ({ status }) => status?.poolCount ?? 0, integer),
  column('Status', poolState),
  column('Completed', (request, nowMs) => {
    const end = poolEnd(request);
    return end?.type === 'Complete' ? age(end.lastTransitionTime, nowMs) : none;
  }),
]);

function podGroupStatus({ status }: V1alpha2PodGroup): string {
  const condition = (wanted: string) => status?.conditions?.findLast(({ type }) => type === wanted);
  const disrupted = condition('DisruptionTarget');
  if (disrupted !== undefined) return disrupted.reason;
  const scheduled = condition('PodGroupScheduled');
  if (scheduled === undefined) return 'Pending';
  return scheduled.status === 'True' ? 'Scheduled' : 'Unschedulable';
}

const podGroup = tableOf<V1alpha2PodGroup>([
  nameColumn(),
  column('Policy', ({ spec }) => (spec.schedulingPolicy?.gang === undefined ? 'Basic' : 'Gang')),
  column('Workload', ({ spec }) => spec.podGroupTemplateRef?.workload?.workloadName ?? none),
  column('Status', podGroupStatus),
  ageColumn(),
]);

/** Tables of kinds that are mostly in alpha and beta versions, by `group/Kind`. */
export const previewTables: Readonly<Record<string, TableConvertor>> = {
  'certificates.k8s.io/ClusterTrustBundle': trustBundle,
  'certificates.k8s.io/PodCertificateRequest': podCertificate,
  'coordination.k8s.io/LeaseCandidate': leaseCandidate,
  'internal.apiserver.k8s.io/StorageVersion': storageVersion,
  'resource.k8s.io/DeviceTaintRule': deviceTaintRule,
  'resource.k8s.io/ResourcePoolStatusRequest': poolStatusRequest,
  'scheduling.k8s.io/PodGroup': podGroup,
  'scheduling.k8s.io/Workload': tableOf<KubeObject>([nameColumn(), ageColumn()]),
  'storagemigration.k8s.io/StorageVersionMigration': storageMigration,
};
