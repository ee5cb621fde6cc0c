import {
  conditionsOf,
  withDecisions,
  withTimes,
} from './certificates/certificate-signing-request/request-conditions.ts';
import { fieldAt, type StatusTraits } from './generic/kind-strategy.ts';
import { timestamp } from './generic/timestamp.ts';
import { dropReleasedDevices } from './resource/resource-claim/released-devices.ts';
import { validatePolicyStatus } from './admissionregistration/policies.ts';
import { validateDefinitionStatus } from './apiextensions/custom-resource-definition/definition-validation.ts';
import { validateFlowConditions } from './flowcontrol/flow-schema/flow-schema-validation.ts';
import { validateResourceQuotaStatus } from './core/resource-quota/resource-quota-validation.ts';
import { validateResourceClaimStatus } from './resource/resource-claim/resource-claim-validation.ts';
import { validateConditionStatuses } from './fields/conditions.ts';
import { validateDisruptionStatus } from './policy/pod-disruption-budget/budget-status.ts';
import { validateJobStatus } from './batch/job/job-status.ts';
import { validateIngressStatus, validateServiceStatus } from './validation/status/load-balancer.ts';
import { validateNodeStatus } from './core/node/node-status.ts';
import { validatePodStatus } from './core/pod/pod-status.ts';
import {
  validateAutoscalerStatus,
  validateDaemonSetStatus,
  validateDeploymentStatus,
  validateReplicaSetStatus,
  validateStatefulSetStatus,
} from './validation/status/replica-status.ts';
import { validateRequestStatus } from './certificates/certificate-signing-request/request-status.ts';
import { stampPhase, validateClaimStatus } from './validation/status/volume-status.ts';
import { validateVolumeAttachmentStatus } from './storage/volume-attachment/attachment-validation.ts';

/** Kinds whose status leaves all metadata alone (Kubernetes: `metav1.ResetObjectMetaForStatus`). */
const metadata = ['labels', 'annotations', 'ownerReferences', 'finalizers'] as const;

/** What the `status` endpoints keep and check, by `group/Kind`; those that are absent keep the spec and check nothing. */
export const statusTraits: Readonly<Record<string, StatusTraits>> = {
  '/Node': { validateUpdate: validateNodeStatus },
  '/PersistentVolume': {
    prepareForUpdate: (object, old, { nowMs }) => stampPhase(object, old, timestamp(nowMs)),
  },
  '/PersistentVolumeClaim': { validateUpdate: validateClaimStatus },
  '/Pod': {
    alsoReset: ['metadata.deletionTimestamp', 'metadata.ownerReferences'],
    validateUpdate: validatePodStatus,
  },
  '/ReplicationController': { validateUpdate: validateReplicaSetStatus },
  '/ResourceQuota': { validateUpdate: validateResourceQuotaStatus },
  '/Service': { validateUpdate: validateServiceStatus },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': {
    keepMetadata: metadata,
    validateUpdate: validatePolicyStatus,
  },
  'apiextensions.k8s.io/CustomResourceDefinition': { validateUpdate: validateDefinitionStatus },
  'apiregistration.k8s.io/APIService': {
    keepMetadata: metadata,
    validateUpdate: (object) =>
      validateConditionStatuses(
        (fieldAt(object, 'status.conditions') ?? []) as { status?: string }[],
        'status.conditions',
      ),
  },
  'apps/DaemonSet': { validateUpdate: validateDaemonSetStatus },
  'apps/Deployment': { keepMetadata: ['labels'], validateUpdate: validateDeploymentStatus },
  'apps/ReplicaSet': { validateUpdate: validateReplicaSetStatus },
  'apps/StatefulSet': { validateUpdate: validateStatefulSetStatus },
  'autoscaling/HorizontalPodAutoscaler': { validateUpdate: validateAutoscalerStatus },
  'batch/Job': { validateUpdate: validateJobStatus },
  'certificates.k8s.io/CertificateSigningRequest': {
    alsoReset: ['status.conditions'],
    prepareForUpdate(object, old, { nowMs }) {
      const before = conditionsOf(old);
      const conditions = withTimes(withDecisions(conditionsOf(object), before), before, nowMs);
      if (conditions.length > 0) Object.assign(object['status'] as object, { conditions });
    },
    validateUpdate: validateRequestStatus,
  },
  'flowcontrol.apiserver.k8s.io/FlowSchema': {
    keepMetadata: metadata,
    validateUpdate: validateFlowConditions,
  },
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': {
    keepMetadata: metadata,
    validateUpdate: validateFlowConditions,
  },
  'networking.k8s.io/Ingress': { validateUpdate: validateIngressStatus },
  'policy/PodDisruptionBudget': { validateUpdate: validateDisruptionStatus },
  'networking.k8s.io/ServiceCIDR': { keepMetadata: metadata },
  'resource.k8s.io/ResourceClaim': {
    keepMetadata: metadata,
    prepareForUpdate: dropReleasedDevices,
    validateUpdate: validateResourceClaimStatus,
  },
  'storage.k8s.io/VolumeAttachment': {
    keepMetadata: metadata,
    validateUpdate: validateVolumeAttachmentStatus,
  },
};
