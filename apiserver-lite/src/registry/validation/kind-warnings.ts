import type {
  V1JobSpec,
  V1PersistentVolumeClaimSpec,
  V1PersistentVolumeSpec,
  V1PodTemplateSpec,
  V1StatefulSetSpec,
} from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isSame } from '../generic/copy-object.ts';
import { goQuote } from '../fields/field-errors.ts';
import { dns1123Label } from '../fields/formats.ts';
import { serviceWarnings } from '../core/service/service-warnings.ts';
import { fractionWarnings } from '../pod-template/containers/container-warnings.ts';
import { nodeTermWarnings, podWarnings, renamedNodeLabel } from '../pod-template/pod-warnings.ts';
import { sourceWarnings } from '../pod-template/volumes/volume-warnings.ts';
import { capacityWarnings, storageClassWarnings } from '../pod-template/scheduling/topology-warnings.ts';

/** What a kind warns of: `old` is absent on create. */
export type KindWarnings = (object: KubeObject, old?: KubeObject) => string[];

/** A name that containers will see, and that not every program takes for one. */
export function nameWarnings({ metadata }: KubeObject, use: string): string[] {
  const wrong = dns1123Label(metadata.name ?? '');
  if (wrong.length === 0) return [];
  const advice = 'which can result in surprising behavior; a DNS label is recommended';
  return [`metadata.name: this is used in ${use}, ${advice}: [${wrong.join(' ')}]`];
}

const podNames = 'Pod names and hostnames';
const specOf = <T>(object: KubeObject | undefined) => (object?.['spec'] ?? {}) as Partial<T>;

interface Templated {
  template?: V1PodTemplateSpec;
}

/** An update that is no other generation says nothing new; one that only scales says it all again. */
function isSameGeneration({ metadata }: KubeObject, old: KubeObject | undefined): boolean {
  return old !== undefined && metadata.generation === old.metadata.generation;
}

function templateWarnings(object: KubeObject, old?: KubeObject): string[] {
  if (isSameGeneration(object, old)) return [];
  return podWarnings(specOf<Templated>(object).template ?? {}, 'spec.template.');
}

/** Deployments and the like: their names become those of Pods. */
const workload: KindWarnings = (object, old) => [
  ...(old === undefined ? nameWarnings(object, podNames) : []),
  ...templateWarnings(object, old),
];

/** The template of a DaemonSet has a generation of its own. */
const daemonSet: KindWarnings = (object, old) => {
  const { template } = specOf<Templated>(object);
  return old !== undefined && isSame(template, specOf<Templated>(old).template)
    ? []
    : templateWarnings(object);
};

/** An update warns of the template that was there: kube-apiserver takes the two in the wrong order. */
const replicationController: KindWarnings = (object, old) => {
  if (isSameGeneration(object, old)) return [];
  return old === undefined ? workload(object) : templateWarnings(old);
};

const many = { completions: 100_000, parallelism: 10_000 };

function jobSpecWarnings(spec: Partial<V1JobSpec>, field: string): string[] {
  const { completions = 0, parallelism = 0 } = spec;
  const isLarge = completions > many.completions && parallelism > many.parallelism;
  const advice =
    'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';
  return [
    ...(spec.completionMode === 'Indexed' && isLarge ? [`${field}: ${advice}`] : []),
    ...podWarnings(spec.template ?? {}, `${field}.template.`),
  ];
}

const job: KindWarnings = (object, old) => {
  if (isSameGeneration(object, old)) return [];
  const names = old === undefined ? nameWarnings(object, podNames) : [];
  return [...names, ...jobSpecWarnings(specOf<V1JobSpec>(object), 'spec')];
};

interface CronJobSpec {
  schedule?: string;
  jobTemplate?: { spec?: V1JobSpec };
}

const cronJob: KindWarnings = (object, old) => {
  const { schedule = '', jobTemplate } = specOf<CronJobSpec>(object);
  const same = isSameGeneration(object, old);
  return [
    ...(old === undefined ? nameWarnings(object, podNames) : []),
    ...(same ? [] : jobSpecWarnings(jobTemplate?.spec ?? {}, 'spec.jobTemplate.spec')),
    ...(schedule.includes('TZ')
      ? ['spec.spec.schedule is not officially supported; see https://kep.k8s.io/3140 for more details']
      : []),
  ];
};

function claimSpecWarnings(spec: V1PersistentVolumeClaimSpec | undefined, field: string): string[] {
  const { requests, limits } = spec?.resources ?? {};
  return [
    ...fractionWarnings(requests, `${field}.resources.requests`, 'storage'),
    ...fractionWarnings(limits, `${field}.resources.limits`, 'storage'),
  ];
}

const statefulSet: KindWarnings = (object, old) => {
  const { volumeClaimTemplates, revisionHistoryLimit } = specOf<V1StatefulSetSpec>(object);
  const warnings = templateWarnings(object, old);
  for (const [index, { spec }] of (volumeClaimTemplates ?? []).entries()) {
    warnings.push(...claimSpecWarnings(spec, `spec.volumeClaimTemplates[${index}]`));
  }
  if (typeof revisionHistoryLimit === 'number' && revisionHistoryLimit < 0) {
    const advice = 'a negative value retains all historical revisions; a value >= 0 is recommended';
    warnings.push(`spec.revisionHistoryLimit: ${advice}`);
  }
  return warnings;
};

const oldClass = 'volume.beta.kubernetes.io/storage-class';

function classWarnings({ metadata }: KubeObject): string[] {
  return metadata.annotations?.[oldClass] === undefined
    ? []
    : [`metadata.annotations[${oldClass}]: deprecated since v1.8; use "storageClassName" attribute instead`];
}

const claim: KindWarnings = (object) => [
  ...classWarnings(object),
  ...claimSpecWarnings(object['spec'] as V1PersistentVolumeClaimSpec | undefined, 'spec'),
];

const volume: KindWarnings = (object) => {
  const spec = specOf<V1PersistentVolumeSpec>(object);
  const warnings = classWarnings(object);
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') {
    const advice =
      'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.';
    warnings.push(`spec.persistentVolumeReclaimPolicy: ${advice}`);
  }
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return [
    ...warnings,
    ...terms.flatMap((term, index) =>
      nodeTermWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${index}]`),
    ),
    ...sourceWarnings(spec, 'spec'),
  ];
};

const podTemplate: KindWarnings = (object, old) => {
  const template = object['template'] as V1PodTemplateSpec | undefined;
  return isSameGeneration(object, old) ? [] : podWarnings(template ?? {}, 'template.');
};

const ingressClass = 'kubernetes.io/ingress.class';

const ingress: KindWarnings = ({ metadata }, old) =>
  old !== undefined || metadata.annotations?.[ingressClass] === undefined
    ? []
    : [`annotation "${ingressClass}" is deprecated, please use 'spec.ingressClassName' instead`];

const mountable = 'kubernetes.io/enforce-mountable-secrets';

const serviceAccount: KindWarnings = ({ metadata }, old) =>
  metadata.annotations?.[mountable] === undefined || old?.metadata.annotations?.[mountable] !== undefined
    ? []
    : [
        `metadata.annotations[${mountable}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
      ];

const runtimeClass: KindWarnings = (object) => {
  const { nodeSelector } = (object['scheduling'] ?? {}) as { nodeSelector?: Record<string, string> };
  return Object.keys(nodeSelector ?? {}).flatMap((key) => {
    const advice = renamedNodeLabel(key);
    return advice === undefined ? [] : [`scheduling.nodeSelector[${key}]: ${advice}`];
  });
};

const node: KindWarnings = (object) =>
  specOf<{ externalID: string }>(object).externalID
    ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes']
    : [];

const slice: KindWarnings = (object) => {
  const { driver = '' } = specOf<{ driver: string }>(object);
  const advice = 'driver names should be lowercase';
  return driver === driver.toLowerCase()
    ? []
    : [`spec.driver: ${advice}; ${goQuote(driver)} contains uppercase characters`];
};

interface DriverSpec {
  tokenRequests: unknown[];
  serviceAccountTokenInSecrets: boolean | null;
}

const driver: KindWarnings = (object, old) => {
  const { tokenRequests = [], serviceAccountTokenInSecrets } = specOf<DriverSpec>(object);
  const isKnown = old !== undefined && isSame(tokenRequests, specOf<DriverSpec>(old).tokenRequests ?? []);
  if (tokenRequests.length === 0 || isKnown || typeof serviceAccountTokenInSecrets === 'boolean') return [];
  const advice =
    'if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';
  return [`spec.serviceAccountTokenInSecrets is unset; ${advice}`];
};

/** What is taken and yet is a mistake, or will be: the `Warning` headers of kinds, by `group/Kind`. */
export const kindWarnings: Readonly<Record<string, KindWarnings>> = {
  '/Node': node,
  '/PersistentVolume': volume,
  '/PersistentVolumeClaim': claim,
  '/PodTemplate': podTemplate,
  '/ReplicationController': replicationController,
  '/Service': serviceWarnings,
  '/ServiceAccount': serviceAccount,
  'apps/DaemonSet': daemonSet,
  'apps/Deployment': workload,
  'apps/ReplicaSet': workload,
  'apps/StatefulSet': statefulSet,
  'batch/CronJob': cronJob,
  'batch/Job': job,
  'networking.k8s.io/Ingress': ingress,
  'node.k8s.io/RuntimeClass': runtimeClass,
  'resource.k8s.io/ResourceSlice': slice,
  'storage.k8s.io/CSIDriver': driver,
  'storage.k8s.io/CSIStorageCapacity': capacityWarnings,
  'storage.k8s.io/StorageClass': storageClassWarnings,
};
