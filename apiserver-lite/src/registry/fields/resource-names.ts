/** What containers ask for (Kubernetes: `helper.IsStandardContainerResourceName`), but for huge pages. */
export const computeResources: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** Objects that quotas count, in whole numbers (Kubernetes: `helper.IsIntegerResourceName`). */
export const countedResources: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);

/** What quotas tell apart of the compute resources: `requests.cpu`, `limits.cpu` and so on. */
const quotasOfCompute = [...computeResources].flatMap((name) => [`requests.${name}`, `limits.${name}`]);

/**
 * What a quota of resources may bound, but for huge pages (Kubernetes: `helper.IsStandardQuotaResourceName`).
 */
export const quotaResources: ReadonlySet<string> = new Set([
  ...countedResources,
  ...computeResources,
  'requests.storage',
  ...quotasOfCompute,
]);

/** Those that the Pods of a scope use. */
export const podQuotaResources: ReadonlySet<string> = new Set([
  'pods',
  ...computeResources,
  ...quotasOfCompute,
]);
