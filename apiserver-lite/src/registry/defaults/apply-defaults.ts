import type { KubeObject } from '@pg8s/k8s-proto/object';
import {
  defaultEndpoints,
  defaultEndpointSlice,
  defaultLimitRange,
  defaultNamespace,
  defaultNode,
  defaultPersistentVolume,
  defaultService,
} from './core.ts';
import { existing, type Fields } from './fields.ts';
import { defaultPod, defaultPodTemplate } from './pod.ts';
import {
  defaultAdmissionPolicy,
  defaultAdmissionPolicyBinding,
  defaultApiService,
  defaultCsiDriver,
  defaultCustomResourceDefinition,
  defaultFlowSchema,
  defaultIngressClass,
  defaultMutatingWebhooks,
  defaultNetworkPolicy,
  defaultPriorityClass,
  defaultPriorityLevel,
  defaultResourceClaimSpec,
  defaultRoleBinding,
  defaultStorageClass,
  defaultValidatingWebhooks,
} from './policy.ts';
import { defaultSecret } from './secret.ts';
import {
  defaultAutoscaler,
  defaultAutoscalerV1,
  defaultClaim,
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
} from './workloads.ts';

const admission = 'admissionregistration.k8s.io/v1';

/** By `apiVersion/kind`; kinds that are absent have no defaults. */
const defaults: Readonly<Record<string, (object: Fields) => void>> = {
  'v1/Endpoints': defaultEndpoints,
  'v1/LimitRange': defaultLimitRange,
  'v1/Namespace': defaultNamespace,
  'v1/Node': defaultNode,
  'v1/PersistentVolume': defaultPersistentVolume,
  'v1/PersistentVolumeClaim': defaultClaim,
  'v1/Pod': defaultPod,
  'v1/PodTemplate': (object) => defaultPodTemplate(object),
  'v1/ReplicationController': defaultReplicationController,
  'v1/Secret': defaultSecret,
  'v1/Service': defaultService,
  [`${admission}/MutatingAdmissionPolicy`]: defaultAdmissionPolicy,
  [`${admission}/MutatingAdmissionPolicyBinding`]: defaultAdmissionPolicyBinding,
  [`${admission}/MutatingWebhookConfiguration`]: defaultMutatingWebhooks,
  [`${admission}/ValidatingAdmissionPolicy`]: defaultAdmissionPolicy,
  [`${admission}/ValidatingAdmissionPolicyBinding`]: defaultAdmissionPolicyBinding,
  [`${admission}/ValidatingWebhookConfiguration`]: defaultValidatingWebhooks,
  'apiextensions.k8s.io/v1/CustomResourceDefinition': defaultCustomResourceDefinition,
  'apiregistration.k8s.io/v1/APIService': defaultApiService,
  'apps/v1/DaemonSet': defaultDaemonSet,
  'apps/v1/Deployment': defaultDeployment,
  'apps/v1/ReplicaSet': defaultReplicaSet,
  'apps/v1/StatefulSet': defaultStatefulSet,
  'autoscaling/v1/HorizontalPodAutoscaler': defaultAutoscalerV1,
  'autoscaling/v2/HorizontalPodAutoscaler': defaultAutoscaler,
  'batch/v1/CronJob': defaultCronJob,
  'batch/v1/Job': defaultJob,
  'discovery.k8s.io/v1/EndpointSlice': defaultEndpointSlice,
  'flowcontrol.apiserver.k8s.io/v1/FlowSchema': defaultFlowSchema,
  'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration': defaultPriorityLevel,
  'networking.k8s.io/v1/IngressClass': defaultIngressClass,
  'networking.k8s.io/v1/NetworkPolicy': defaultNetworkPolicy,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': defaultRoleBinding,
  'rbac.authorization.k8s.io/v1/RoleBinding': defaultRoleBinding,
  'resource.k8s.io/v1/ResourceClaim': (object) => defaultResourceClaimSpec(existing(object, 'spec')),
  'resource.k8s.io/v1/ResourceClaimTemplate': (object) =>
    defaultResourceClaimSpec(existing(existing(object, 'spec'), 'spec')),
  'scheduling.k8s.io/v1/PriorityClass': defaultPriorityClass,
  'storage.k8s.io/v1/CSIDriver': defaultCsiDriver,
  'storage.k8s.io/v1/StorageClass': defaultStorageClass,
};

/** Whether a kind (`apps/v1/Deployment`) has defaults at all. */
export function hasDefaults(kind: string): boolean {
  return defaults[kind] !== undefined;
}

/**
 * Fills in what kube-apiserver fills in when it decodes an object of this version: fields that the client left out
 * and that have a value all the same. Changes the object; running it twice is running it once.
 */
export function applyDefaults(object: KubeObject): void {
  defaults[`${object.apiVersion}/${object.kind}`]?.(object);
}
