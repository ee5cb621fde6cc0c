import type { KubeObject } from '@pg8s/k8s-proto/object';
import {
  defaultClaim,
  defaultEndpoints,
  defaultEndpointSlice,
  defaultLimitRange,
  defaultNamespace,
  defaultNode,
  defaultPersistentVolume,
  defaultResourceQuota,
  defaultRuntimeClass,
  defaultService,
} from './core.ts';
import {
  defaultDeviceTaintRule,
  defaultResourceClaim,
  defaultResourceClaimTemplate,
  defaultResourceSlice,
} from './devices.ts';
import { existing, fill, type Fields } from '../fields/fill.ts';
import { defaultPod, defaultPodTemplate } from '../pod-template/pod-defaults.ts';
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
  defaultRoleBinding,
  defaultStorageClass,
  defaultValidatingWebhooks,
} from './policy.ts';
import { defaultSecret } from '../core/secret/secret-defaults.ts';
import {
  defaultAutoscaler,
  defaultAutoscalerV1,
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
} from './workloads.ts';

const admission = 'admissionregistration.k8s.io';

type Defaulters = Readonly<Record<string, (object: Fields, nowMs: number) => void>>;

/** The same for versions that differ in nothing that has a default. */
function inVersions(group: string, versions: readonly string[], kinds: Defaulters): Defaulters {
  return Object.fromEntries(
    versions.flatMap((version) =>
      Object.entries(kinds).map(([kind, apply]) => [`${group}/${version}/${kind}`, apply]),
    ),
  );
}

function fillSpec(values: Fields): (object: Fields) => void {
  return (object) => {
    const spec = existing(object, 'spec');
    if (spec !== undefined) fill(spec, values);
  };
}

/** By `apiVersion/kind`; kinds that are absent have no defaults. */
const defaults: Defaulters = {
  'v1/Endpoints': defaultEndpoints,
  'v1/LimitRange': defaultLimitRange,
  'v1/Namespace': defaultNamespace,
  'v1/Node': defaultNode,
  'v1/PersistentVolume': defaultPersistentVolume,
  'v1/PersistentVolumeClaim': defaultClaim,
  'v1/Pod': defaultPod,
  'v1/PodTemplate': (object) => defaultPodTemplate(object),
  'v1/ReplicationController': defaultReplicationController,
  'v1/ResourceQuota': defaultResourceQuota,
  'v1/Secret': defaultSecret,
  'v1/Service': defaultService,
  [`${admission}/v1/MutatingWebhookConfiguration`]: defaultMutatingWebhooks,
  [`${admission}/v1/ValidatingWebhookConfiguration`]: defaultValidatingWebhooks,
  ...inVersions(admission, ['v1', 'v1beta1', 'v1alpha1'], {
    MutatingAdmissionPolicy: defaultAdmissionPolicy,
    MutatingAdmissionPolicyBinding: defaultAdmissionPolicyBinding,
    ValidatingAdmissionPolicy: defaultAdmissionPolicy,
    ValidatingAdmissionPolicyBinding: defaultAdmissionPolicyBinding,
  }),
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
  'certificates.k8s.io/v1beta1/PodCertificateRequest': fillSpec({ maxExpirationSeconds: 86400 }),
  'discovery.k8s.io/v1/EndpointSlice': defaultEndpointSlice,
  'flowcontrol.apiserver.k8s.io/v1/FlowSchema': defaultFlowSchema,
  'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration': defaultPriorityLevel,
  'networking.k8s.io/v1/IngressClass': defaultIngressClass,
  'networking.k8s.io/v1/NetworkPolicy': defaultNetworkPolicy,
  'node.k8s.io/v1/RuntimeClass': defaultRuntimeClass,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': defaultRoleBinding,
  'rbac.authorization.k8s.io/v1/RoleBinding': defaultRoleBinding,
  ...inVersions('resource.k8s.io', ['v1', 'v1beta2', 'v1beta1'], {
    ResourceClaim: defaultResourceClaim,
    ResourceClaimTemplate: defaultResourceClaimTemplate,
    ResourceSlice: defaultResourceSlice,
  }),
  ...inVersions('resource.k8s.io', ['v1beta2', 'v1alpha3'], { DeviceTaintRule: defaultDeviceTaintRule }),
  'resource.k8s.io/v1alpha3/ResourcePoolStatusRequest': fillSpec({ limit: 100 }),
  'scheduling.k8s.io/v1/PriorityClass': defaultPriorityClass,
  'storage.k8s.io/v1/CSIDriver': defaultCsiDriver,
  'storage.k8s.io/v1/StorageClass': defaultStorageClass,
};

/** Whether a kind (`apps/v1/Deployment`) has defaults at all. */
export function hasDefaults(kind: string): boolean {
  return defaults[kind] !== undefined;
}

/**
 * Fills in what kube-apiserver fills in when it decodes an object of this version, from a client or from the store: fields that
 * were left out and that have a value all the same. Changes the object; running it twice is running it once.
 */
export function applyDefaults(object: KubeObject, nowMs = Date.now()): void {
  defaults[`${object.apiVersion}/${object.kind}`]?.(object, nowMs);
}
