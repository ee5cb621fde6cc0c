import type { V1Pod, V1Secret, V1Service } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Strategy } from './strategy.ts';

/** An object that only does something where a part of the control plane acts on it. */
interface Attendance {
  /** The part: a controller under kube-controller-manager's name, an admission plugin, or a feature of the API server. */
  actor: string;
  /** What does not happen without it. */
  effect: string;
  /** Which objects of the kind; absent: all. */
  concerns?(object: KubeObject): boolean;
}

const serviceOf = (object: KubeObject) => (object as unknown as V1Service).spec ?? {};

const podSpecOf = (object: KubeObject) => (object as unknown as V1Pod).spec ?? { containers: [] };
const volumesOf = (object: KubeObject) => podSpecOf(object).volumes ?? [];

/** By `group/Kind`. A row goes, or falls silent, when its actor arrives. */
export const attendances: Readonly<Record<string, readonly Attendance[]>> = {
  '/LimitRange': [{ actor: 'LimitRanger', effect: 'limits are not applied to Pods' }],
  '/PersistentVolume': [{ actor: 'persistentvolume-binder-controller', effect: 'the volume stays Pending' }],
  '/PersistentVolumeClaim': [
    { actor: 'persistentvolume-binder-controller', effect: 'the claim stays Pending' },
  ],
  '/ReplicationController': [{ actor: 'replicationcontroller-controller', effect: 'no Pods are created' }],
  '/Pod': [
    {
      actor: 'ephemeral-volume-controller',
      effect: 'no claims are created for its volumes, and it stays Pending',
      concerns: (object) => volumesOf(object).some(({ ephemeral }) => ephemeral !== undefined),
    },
    {
      actor: 'resourceclaim-controller',
      effect: 'no devices are allocated, and it stays Pending',
      concerns: (object) => (podSpecOf(object).resourceClaims ?? []).length > 0,
    },
  ],
  '/ResourceQuota': [{ actor: 'ResourceQuota', effect: 'the quota is not enforced' }],
  '/Secret': [
    {
      actor: 'serviceaccount-token-controller',
      effect: 'the Secret gets no token',
      concerns: (object) =>
        object['type'] === 'kubernetes.io/service-account-token' &&
        (object as unknown as V1Secret).data?.['token'] === undefined,
    },
  ],
  '/Service': [
    {
      actor: 'endpointslice-controller',
      effect: 'the Service gets no endpoints',
      concerns: (object) => Object.keys(serviceOf(object).selector ?? {}).length > 0,
    },
    {
      actor: 'service-lb-controller',
      effect: 'no load balancer is made',
      concerns: (object) => serviceOf(object).type === 'LoadBalancer',
    },
  ],
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': [
    { actor: 'MutatingAdmissionPolicy', effect: 'the policy is not evaluated' },
  ],
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': [
    { actor: 'MutatingAdmissionWebhook', effect: 'the webhooks are not called' },
  ],
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': [
    { actor: 'ValidatingAdmissionPolicy', effect: 'the policy is not evaluated' },
  ],
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': [
    { actor: 'ValidatingAdmissionWebhook', effect: 'the webhooks are not called' },
  ],
  'apiextensions.k8s.io/CustomResourceDefinition': [
    { actor: 'custom resources', effect: 'objects of this kind cannot be created' },
  ],
  'apiregistration.k8s.io/APIService': [
    {
      actor: 'aggregation',
      effect: 'requests are not passed on to the service',
      concerns: (object) => (object['spec'] as { service?: unknown } | undefined)?.service !== undefined,
    },
  ],
  'apps/DaemonSet': [{ actor: 'daemonset-controller', effect: 'no Pods are created' }],
  'apps/Deployment': [{ actor: 'deployment-controller', effect: 'no ReplicaSets are created' }],
  'apps/ReplicaSet': [{ actor: 'replicaset-controller', effect: 'no Pods are created' }],
  'apps/StatefulSet': [{ actor: 'statefulset-controller', effect: 'no Pods are created' }],
  'autoscaling/HorizontalPodAutoscaler': [
    { actor: 'horizontal-pod-autoscaler-controller', effect: 'nothing is scaled' },
  ],
  'batch/CronJob': [{ actor: 'cronjob-controller', effect: 'no Jobs are created' }],
  'batch/Job': [{ actor: 'job-controller', effect: 'no Pods are created' }],
  'certificates.k8s.io/CertificateSigningRequest': [
    {
      actor: 'certificatesigningrequest-signing-controller',
      effect: 'no certificate is issued',
      concerns: (object) =>
        String((object['spec'] as { signerName?: string } | undefined)?.signerName).startsWith(
          'kubernetes.io/',
        ),
    },
  ],
  'flowcontrol.apiserver.k8s.io/FlowSchema': [
    { actor: 'priority and fairness', effect: 'requests are not classified' },
  ],
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': [
    { actor: 'priority and fairness', effect: 'requests are not limited by it' },
  ],
  'networking.k8s.io/ServiceCIDR': [
    { actor: 'service-cidr-controller', effect: 'the range gets no conditions' },
  ],
  'rbac.authorization.k8s.io/ClusterRole': [
    {
      actor: 'clusterrole-aggregation-controller',
      effect: 'no rules are aggregated',
      concerns: (object) => object['aggregationRule'] !== undefined,
    },
  ],
  'resource.k8s.io/ResourceClaim': [
    { actor: 'resourceclaim-controller', effect: 'no devices are allocated' },
  ],
  'scheduling.k8s.io/PriorityClass': [
    { actor: 'Priority', effect: 'Pods that name it get no priority from it' },
  ],
};

/**
 * The strategy with a warning for new objects that nothing in this control plane will act on. `actors` are the parts that
 * run; who does not know them (an API server alone, whose controllers are others' matter) passes undefined and warns of nothing.
 */
export function warnUnattended(strategy: Strategy, actors: ReadonlySet<string> | undefined): Strategy {
  const rows = attendances[`${strategy.group}/${strategy.kind}`];
  const missing = actors === undefined ? [] : (rows ?? []).filter(({ actor }) => !actors.has(actor));
  if (missing.length === 0) return strategy;
  return {
    ...strategy,
    warningsOnCreate: (object, request) => [
      ...(strategy.warningsOnCreate?.(object, request) ?? []),
      ...missing
        .filter(({ concerns }) => concerns?.(object) !== false)
        .map(({ actor, effect }) => `pg8s runs without ${actor}: ${effect}`),
    ],
  };
}
