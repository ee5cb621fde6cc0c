import type {
  ResourceV1ResourceClaim,
  V1CertificateSigningRequest,
  V1CSIDriver,
  V1CSINode,
  V1FlowSchema,
  V1LabelSelector,
  V1PodTemplate,
  V1PriorityLevelConfiguration,
  V1ResourceSlice,
  V1MutatingAdmissionPolicy,
  V1MutatingAdmissionPolicyBinding,
  V1ValidatingAdmissionPolicy,
  V1ValidatingAdmissionPolicyBinding,
  V1VolumeAttributesClass,
} from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { humanDuration } from '@pg8s/k8s-proto/duration';
import { formatLabelSelector } from '../fields/label-selector-text.ts';
import type { TableConvertor } from '../rest.ts';
import { ageColumn, column, nameColumn, tableOf } from '../table/column.ts';

const none = '<none>';
const unset = '<unset>';
const integer = { type: 'integer' as const };
const boolean = { type: 'boolean' as const };

function requestState({ status }: V1CertificateSigningRequest): string {
  const has = (type: string) => (status?.conditions ?? []).some((condition) => condition.type === type);
  const words = [has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'];
  if (has('Failed')) words.push('Failed');
  if (status?.certificate) words.push('Issued');
  return words.join(',');
}

const signingRequest = tableOf<V1CertificateSigningRequest>([
  nameColumn(),
  ageColumn(),
  column('SignerName', ({ spec }) => spec.signerName || none),
  column('Requestor', ({ spec }) => spec.username ?? ''),
  column('RequestedDuration', ({ spec }) =>
    spec.expirationSeconds === undefined ? none : humanDuration(spec.expirationSeconds * 1000),
  ),
  column('Condition', requestState),
]);

const csiDriver = tableOf<V1CSIDriver>([
  nameColumn(),
  column('AttachRequired', ({ spec }) => spec.attachRequired ?? true, boolean),
  column('PodInfoOnMount', ({ spec }) => spec.podInfoOnMount ?? false, boolean),
  column('StorageCapacity', ({ spec }) => spec.storageCapacity ?? false, boolean),
  column(
    'TokenRequests',
    ({ spec }) => (spec.tokenRequests ?? []).map(({ audience }) => audience).join(',') || unset,
  ),
  column('RequiresRepublish', ({ spec }) => spec.requiresRepublish ?? false, boolean),
  column('Modes', ({ spec }) => (spec.volumeLifecycleModes ?? []).join(',') || none),
  ageColumn(),
]);

const csiNode = tableOf<V1CSINode>([
  nameColumn(),
  column('Drivers', ({ spec }) => (spec.drivers ?? []).length, integer),
  ageColumn(),
]);

/** The order in which they are matched. */
function compareFlowSchemas(left: V1FlowSchema, right: V1FlowSchema): number {
  const difference = (left.spec?.matchingPrecedence ?? 0) - (right.spec?.matchingPrecedence ?? 0);
  if (difference !== 0) return difference;
  return (left.metadata?.name ?? '') < (right.metadata?.name ?? '') ? -1 : 1;
}

const flowSchema = tableOf<V1FlowSchema>(
  [
    nameColumn(),
    column('PriorityLevel', ({ spec }) => spec?.priorityLevelConfiguration?.name ?? ''),
    column('MatchingPrecedence', ({ spec }) => spec?.matchingPrecedence ?? 0),
    column('DistinguisherMethod', ({ spec }) => spec?.distinguisherMethod?.type ?? none),
    ageColumn(),
    column(
      'MissingPL',
      ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
    ),
  ],
  compareFlowSchemas,
);

const priorityLevel = tableOf<V1PriorityLevelConfiguration>([
  nameColumn(),
  column('Type', ({ spec }) => spec?.type ?? ''),
  column('NominalConcurrencyShares', ({ spec }) => spec?.limited?.nominalConcurrencyShares ?? none),
  column('Queues', ({ spec }) => spec?.limited?.limitResponse?.queuing?.queues ?? none),
  column('HandSize', ({ spec }) => spec?.limited?.limitResponse?.queuing?.handSize ?? none),
  column('QueueLengthLimit', ({ spec }) => spec?.limited?.limitResponse?.queuing?.queueLengthLimit ?? none),
  ageColumn(),
]);

const paramKind = column<V1ValidatingAdmissionPolicy | V1MutatingAdmissionPolicy>('ParamKind', ({ spec }) => {
  const { apiVersion = '', kind = '' } = spec?.paramKind ?? {};
  return spec?.paramKind === undefined ? unset : `${apiVersion}/${kind}`;
});

const admissionPolicy = tableOf<V1ValidatingAdmissionPolicy>([
  nameColumn(),
  column('Validations', ({ spec }) => (spec?.validations ?? []).length, integer),
  paramKind,
  ageColumn(),
]);

const mutatingPolicy = tableOf<V1MutatingAdmissionPolicy>([
  nameColumn(),
  column('Mutations', ({ spec }) => (spec?.mutations ?? []).length, integer),
  paramKind,
  ageColumn(),
]);

/** A selector as Go prints the protobuf message. */
function selectorMessage({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector): string {
  const labels = Object.keys(matchLabels)
    .sort()
    .map((key) => `${key}: ${matchLabels[key] ?? ''},`);
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}

const admissionPolicyBinding = tableOf<V1ValidatingAdmissionPolicyBinding | V1MutatingAdmissionPolicyBinding>(
  [
    nameColumn(),
    column('PolicyName', ({ spec }) => spec?.policyName ?? ''),
    column('ParamRef', ({ spec }) => {
      const { namespace, name, selector } = spec?.paramRef ?? {};
      if (name) return `${namespace || '*'}/${name}`;
      return selector === undefined ? unset : selectorMessage(selector);
    }),
    ageColumn(),
  ],
);

const volumeAttributesClass = tableOf<V1VolumeAttributesClass>([
  nameColumn(),
  column('DriverName', ({ driverName }) => driverName),
  ageColumn(),
]);

const podTemplate = tableOf<V1PodTemplate>([
  nameColumn(),
  column('Containers', ({ template }) =>
    (template?.spec?.containers ?? []).map(({ name }) => name).join(','),
  ),
  column('Images', ({ template }) =>
    (template?.spec?.containers ?? []).map(({ image = '' }) => image).join(','),
  ),
  column('Pod Labels', ({ template }) => formatLabelSelector(template?.metadata?.labels) || none),
]);

const resourceClaim = tableOf<ResourceV1ResourceClaim>([
  nameColumn(),
  column('State', ({ status, metadata }) => {
    const deleted = metadata?.deletionTimestamp === undefined ? [] : ['deleted'];
    if (status?.allocation === undefined) return deleted[0] ?? 'pending';
    const reserved = (status.reservedFor ?? []).length > 0 ? ['reserved'] : [];
    return [...deleted, 'allocated', ...reserved].join(',');
  }),
  ageColumn(),
]);

const resourceSlice = tableOf<V1ResourceSlice>([
  nameColumn(),
  column('Node', ({ spec }) => spec.nodeName ?? ''),
  column('Driver', ({ spec }) => spec.driver),
  column('Pool', ({ spec }) => spec.pool.name),
  ageColumn(),
]);

const nameAndAge = tableOf<KubeObject>([nameColumn(), ageColumn()]);

/** Tables of what rules the cluster, and of devices, by `group/Kind`. */
export const policyTables: Readonly<Record<string, TableConvertor>> = {
  '/PodTemplate': podTemplate,
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': mutatingPolicy,
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': admissionPolicyBinding,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': admissionPolicy,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': admissionPolicyBinding,
  'certificates.k8s.io/CertificateSigningRequest': signingRequest,
  'flowcontrol.apiserver.k8s.io/FlowSchema': flowSchema,
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': priorityLevel,
  'resource.k8s.io/DeviceClass': nameAndAge,
  'resource.k8s.io/ResourceClaim': resourceClaim,
  'resource.k8s.io/ResourceClaimTemplate': nameAndAge,
  'resource.k8s.io/ResourceSlice': resourceSlice,
  'storage.k8s.io/CSIDriver': csiDriver,
  'storage.k8s.io/CSINode': csiNode,
  'storage.k8s.io/VolumeAttributesClass': volumeAttributesClass,
};
