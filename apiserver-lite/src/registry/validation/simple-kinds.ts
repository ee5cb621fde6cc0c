import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../api-errors/status-error.ts';
import type { KindTraits } from '../generic/kind-strategy.ts';
import { validateRole, validateRoleBinding, validateRoleBindingUpdate } from './access-control.ts';
import {
  validateMutatingBinding,
  validateMutatingPolicy,
  validateMutatingPolicyUpdate,
  validateValidatingBinding,
  validateValidatingPolicy,
  validateValidatingPolicyUpdate,
} from '../admissionregistration/policies.ts';
import { validateWebhooks, validateWebhooksUpdate } from '../admissionregistration/webhooks.ts';
import { formatWarnings } from '../apiextensions/custom-resource-definition/format-warnings.ts';
import {
  validateDefinition,
  validateDefinitionUpdate,
} from '../apiextensions/custom-resource-definition/definition-validation.ts';
import { validateApiService } from '../apiregistration/api-service/api-service-validation.ts';
import { validateAutoscaler } from '../autoscaling/horizontal-pod-autoscaler/autoscaler-validation.ts';
import { validateConfigMap, validateFrozen, validateSecret, validateSecretUpdate } from './configuration.ts';
import { required } from '../fields/field-errors.ts';
import { validateFlowSchema } from '../flowcontrol/flow-schema/flow-schema-validation.ts';
import { validatePriorityLevel } from '../flowcontrol/priority-level-configuration/priority-level-validation.ts';
import { validateEndpoints, validateEndpointSlice } from './network/endpoints.ts';
import { validateIngress, validateNewIngress } from '../networking/ingress/ingress-validation.ts';
import { validateIngressClass } from '../networking/ingress-class/ingress-class-validation.ts';
import { validateNetworkPolicy } from '../networking/network-policy/network-policy-validation.ts';
import { validatePodTemplate } from '../pod-template/pod-template.ts';
import { validateCertificateRequest } from '../certificates/certificate-signing-request/request-validation.ts';
import { validateLease } from '../coordination/lease/lease-validation.ts';
import { validateDisruptionBudget } from '../policy/pod-disruption-budget/budget-validation.ts';
import {
  validatePriorityClass,
  validatePriorityClassUpdate,
} from '../scheduling/priority-class/priority-class-validation.ts';
import { validateRuntimeClass } from '../node/runtime-class/runtime-class-validation.ts';
import { validateLimitRange } from '../core/limit-range/limit-range-validation.ts';
import {
  validateResourceQuota,
  validateResourceQuotaUpdate,
} from '../core/resource-quota/resource-quota-validation.ts';
import { validateDeviceClass } from '../resource/device-class/device-class-validation.ts';
import {
  validateResourceClaim,
  validateResourceClaimTemplate,
  validateResourceClaimTemplateUpdate,
  validateResourceClaimUpdate,
} from '../resource/resource-claim/resource-claim-validation.ts';
import {
  validateResourceSlice,
  validateResourceSliceUpdate,
} from '../resource/resource-slice/resource-slice-validation.ts';
import { atLeastZero } from '../fields/rules.ts';
import { validateClaim, validateClaimUpdate } from '../core/persistent-volume-claim/claim-validation.ts';
import {
  validatePersistentVolume,
  validatePersistentVolumeUpdate,
} from '../core/persistent-volume/volume-validation.ts';
import {
  validateStorageClass,
  validateStorageClassUpdate,
  validateVolumeAttributesClass,
  validateVolumeAttributesClassUpdate,
} from './storage/storage-class.ts';
import {
  validateVolumeAttachment,
  validateVolumeAttachmentUpdate,
} from '../storage/volume-attachment/attachment-validation.ts';
import {
  validateCsiDriver,
  validateCsiDriverUpdate,
  validateCsiNode,
  validateCsiNodeUpdate,
  validateStorageCapacity,
  validateStorageCapacityUpdate,
} from './storage/csi.ts';
import {
  validateIpAddress,
  validateIpAddressUpdate,
  validateServiceCidr,
  validateServiceCidrUpdate,
} from '../networking/ip-address.ts';
import { validateCronJob } from '../batch/cron-job/cron-job-validation.ts';
import { validateDaemonSet } from '../apps/daemon-set/daemon-set-validation.ts';
import { validateDeployment } from '../apps/deployment/deployment-validation.ts';
import { validateJob } from '../batch/job/job-validation.ts';
import { validateJobUpdate } from '../batch/job/job-update.ts';
import { validateReplicaSet, validateReplicationController } from './workloads/replica-set.ts';
import {
  validateStatefulSet,
  validateStatefulSetUpdate,
} from '../apps/stateful-set/stateful-set-validation.ts';

type Rules = Pick<
  KindTraits,
  'validate' | 'validatedOnce' | 'validateUpdate' | 'warningsOnCreate' | 'warningsOnUpdate'
>;

const webhooks: Rules = {
  validate: validateWebhooks,
  validatedOnce: true,
  validateUpdate: validateWebhooksUpdate,
};

const validateControllerRevision = (object: KubeObject) => [
  ...atLeastZero('revision', Number(object['revision'] ?? 0)),
  ...validateRevisionData(object['data']),
];

function validateRevisionData(data: unknown): FieldError[] {
  if (data === undefined || data === null) return [required('data', 'data is mandatory')];
  const isObject = typeof data === 'object' && !Array.isArray(data);
  return isObject ? [] : [required('data', 'data must be a valid JSON object')];
}

/** What the kinds of `simple-kinds.ts` check, by `group/Kind`; those that are absent check their metadata only. */
export const simpleValidations: Readonly<Record<string, Rules>> = {
  '/ConfigMap': { validate: validateConfigMap, validateUpdate: validateFrozen },
  '/Endpoints': { validate: validateEndpoints },
  '/LimitRange': { validate: validateLimitRange },
  '/PersistentVolume': { validate: validatePersistentVolume, validateUpdate: validatePersistentVolumeUpdate },
  '/PersistentVolumeClaim': { validate: validateClaim, validateUpdate: validateClaimUpdate },
  '/PodTemplate': {
    validate: (object) =>
      validatePodTemplate(object['template'] as Parameters<typeof validatePodTemplate>[0], 'template'),
  },
  '/ReplicationController': { validate: validateReplicationController },
  '/ResourceQuota': { validate: validateResourceQuota, validateUpdate: validateResourceQuotaUpdate },
  '/Secret': { validate: validateSecret, validateUpdate: validateSecretUpdate },
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': {
    validate: validateMutatingPolicy,
    validatedOnce: true,
    validateUpdate: validateMutatingPolicyUpdate,
  },
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': { validate: validateMutatingBinding },
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhooks,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': {
    validate: validateValidatingPolicy,
    validatedOnce: true,
    validateUpdate: validateValidatingPolicyUpdate,
  },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': { validate: validateValidatingBinding },
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhooks,
  'apiextensions.k8s.io/CustomResourceDefinition': {
    validate: validateDefinition,
    validatedOnce: true,
    validateUpdate: validateDefinitionUpdate,
    warningsOnCreate: (object) => formatWarnings(object),
    warningsOnUpdate: formatWarnings,
  },
  'apiregistration.k8s.io/APIService': { validate: validateApiService },
  'apps/ControllerRevision': { validate: validateControllerRevision },
  'apps/DaemonSet': { validate: validateDaemonSet },
  'apps/Deployment': { validate: validateDeployment },
  'apps/ReplicaSet': { validate: validateReplicaSet },
  'apps/StatefulSet': { validate: validateStatefulSet, validateUpdate: validateStatefulSetUpdate },
  'autoscaling/HorizontalPodAutoscaler': {
    validate: (object) => validateAutoscaler(object),
    validatedOnce: true,
    validateUpdate: (object, old) => validateAutoscaler(object, old),
  },
  'batch/CronJob': { validate: validateCronJob },
  'batch/Job': { validate: validateJob, validateUpdate: validateJobUpdate },
  'certificates.k8s.io/CertificateSigningRequest': { validate: validateCertificateRequest },
  'coordination.k8s.io/Lease': { validate: validateLease },
  'discovery.k8s.io/EndpointSlice': { validate: validateEndpointSlice },
  'flowcontrol.apiserver.k8s.io/FlowSchema': { validate: validateFlowSchema },
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': { validate: validatePriorityLevel },
  'networking.k8s.io/IPAddress': {
    validate: validateIpAddress,
    validateUpdate: validateIpAddressUpdate,
  },
  'networking.k8s.io/Ingress': {
    validate: validateNewIngress,
    validatedOnce: true,
    validateUpdate: validateIngress,
  },
  'networking.k8s.io/IngressClass': { validate: validateIngressClass },
  'networking.k8s.io/NetworkPolicy': { validate: validateNetworkPolicy },
  'networking.k8s.io/ServiceCIDR': {
    validate: validateServiceCidr,
    validatedOnce: true,
    validateUpdate: validateServiceCidrUpdate,
  },
  'node.k8s.io/RuntimeClass': { validate: validateRuntimeClass },
  'policy/PodDisruptionBudget': { validate: validateDisruptionBudget },
  'rbac.authorization.k8s.io/ClusterRole': { validate: validateRole(false) },
  'rbac.authorization.k8s.io/ClusterRoleBinding': {
    validate: validateRoleBinding(false),
    validateUpdate: validateRoleBindingUpdate,
  },
  'rbac.authorization.k8s.io/Role': { validate: validateRole(true) },
  'rbac.authorization.k8s.io/RoleBinding': {
    validate: validateRoleBinding(true),
    validateUpdate: validateRoleBindingUpdate,
  },
  'resource.k8s.io/DeviceClass': { validate: validateDeviceClass },
  'resource.k8s.io/ResourceClaim': {
    validate: validateResourceClaim,
    validatedOnce: true,
    validateUpdate: validateResourceClaimUpdate,
  },
  'resource.k8s.io/ResourceClaimTemplate': {
    validate: validateResourceClaimTemplate,
    validateUpdate: validateResourceClaimTemplateUpdate,
  },
  'resource.k8s.io/ResourceSlice': {
    validate: validateResourceSlice,
    validatedOnce: true,
    validateUpdate: validateResourceSliceUpdate,
  },
  'scheduling.k8s.io/PriorityClass': {
    validate: validatePriorityClass,
    validateUpdate: validatePriorityClassUpdate,
  },
  'storage.k8s.io/CSIDriver': { validate: validateCsiDriver, validateUpdate: validateCsiDriverUpdate },
  'storage.k8s.io/CSINode': { validate: validateCsiNode, validateUpdate: validateCsiNodeUpdate },
  'storage.k8s.io/CSIStorageCapacity': {
    validate: validateStorageCapacity,
    validateUpdate: validateStorageCapacityUpdate,
  },
  'storage.k8s.io/StorageClass': {
    validate: validateStorageClass,
    validateUpdate: validateStorageClassUpdate,
  },
  'storage.k8s.io/VolumeAttachment': {
    validate: validateVolumeAttachment,
    validateUpdate: validateVolumeAttachmentUpdate,
  },
  'storage.k8s.io/VolumeAttributesClass': {
    validate: validateVolumeAttributesClass,
    validateUpdate: validateVolumeAttributesClassUpdate,
  },
};
