/** Where each kind has the spec of a Pod. */
const podSpecs: Readonly<Record<string, string>> = {
  '/Pod': 'spec',
  '/PodTemplate': 'template.spec',
  '/ReplicationController': 'spec.template.spec',
  'apps/DaemonSet': 'spec.template.spec',
  'apps/Deployment': 'spec.template.spec',
  'apps/ReplicaSet': 'spec.template.spec',
  'apps/StatefulSet': 'spec.template.spec',
  'batch/CronJob': 'spec.jobTemplate.spec.template.spec',
  'batch/Job': 'spec.template.spec',
};

/** Fields of features that are off in a stock 1.36, feature by feature, below the spec of a Pod. */
const podFeatures = [
  ['volumes[].projected.sources[].clusterTrustBundle'],
  ['volumes[].projected.sources[].podCertificate'],
  ['schedulingGroup'],
];

const attributes = 'spec.devices[].attributes{}';

/** Paths of fields whose feature gate is off by default, by `group/Kind`, then by feature: new objects lose them. */
export const disabledFields: Readonly<Record<string, readonly (readonly string[])[]>> = {
  ...Object.fromEntries(
    Object.entries(podSpecs).map(([id, at]) => [
      id,
      podFeatures.map((paths) => paths.map((path) => `${at}.${path}`)),
    ]),
  ),
  // CoordinatedLeaderElection
  'coordination.k8s.io/Lease': [['spec.strategy', 'spec.preferredHolder']],
  'resource.k8s.io/ResourceSlice': [
    // DRANodeAllocatableResources
    ['spec.devices[].nodeAllocatableResourceMappings'],
    // DRAListTypeAttributes
    ['bools', 'ints', 'strings', 'versions'].map((list) => `${attributes}.${list}`),
  ],
  // VolumeLimitScaling
  'storage.k8s.io/CSIDriver': [['spec.preventPodSchedulingIfMissing']],
};
