import type { QueryParameter } from '../registry/rest.ts';

/** One parameter of an operation. */
export interface ParameterInfo {
  name: string;
  in: 'path' | 'query';
  type: 'string' | 'boolean' | 'integer';
  /** The operation of the JavaScript client that has its description: `CoreV1ApiListNamespacedPod`. */
  operation?: string;
  /** Its description, where no such operation has it. */
  description?: string;
}

type Names = readonly string[];

/** What several kinds' operations share is described as the client describes it for Pods. */
const ofPods = (verb: string, type: ParameterInfo['type'], names: Names): ParameterInfo[] =>
  names.map((name) => ({ name, in: 'query', type, operation: `CoreV1Api${verb}NamespacedPod` }));

const inPath = (name: string, operation: string): ParameterInfo => ({
  name,
  in: 'path',
  type: 'string',
  operation,
});

export const namespaceParameter = inPath('namespace', 'CoreV1ApiListNamespacedPod');
export const pathParameter = inPath('path', 'CoreV1ApiConnectGetNamespacedPodProxyWithPath');
export const [prettyParameter] = ofPods('List', 'string', ['pretty']) as [ParameterInfo];

/** The name of one object. */
export function nameParameter(kind: string): ParameterInfo {
  return { name: 'name', in: 'path', type: 'string', description: `name of the ${kind}` };
}

const byName = (parameters: readonly ParameterInfo[]): readonly ParameterInfo[] =>
  parameters.toSorted(({ name: left }, { name: right }) => (left < right ? -1 : 1));

const selection: readonly ParameterInfo[] = [
  ...ofPods('List', 'string', [
    'continue',
    'fieldSelector',
    'labelSelector',
    'resourceVersion',
    'resourceVersionMatch',
    'shardSelector',
  ]),
  ...ofPods('List', 'integer', ['limit', 'timeoutSeconds']),
  ...ofPods('List', 'boolean', ['sendInitialEvents']),
];

export const listParameters = byName([
  ...selection,
  ...ofPods('List', 'boolean', ['allowWatchBookmarks', 'watch']),
]);

const [dryRun, fieldManager, fieldValidation] = ofPods('Create', 'string', [
  'dryRun',
  'fieldManager',
  'fieldValidation',
]) as [ParameterInfo, ParameterInfo, ParameterInfo];

export const writeParameters: readonly ParameterInfo[] = [dryRun, fieldManager, fieldValidation];

export const patchParameters: readonly ParameterInfo[] = [
  dryRun,
  // Apply needs it, as its description says.
  ...ofPods('Patch', 'string', ['fieldManager']),
  fieldValidation,
  ...ofPods('Patch', 'boolean', ['force']),
];

export const deleteParameters = byName([
  dryRun,
  ...ofPods('Delete', 'integer', ['gracePeriodSeconds']),
  ...ofPods('Delete', 'boolean', ['ignoreStoreReadErrorWithClusterBreakingPotential', 'orphanDependents']),
  ...ofPods('Delete', 'string', ['propagationPolicy']),
]);

export const deleteCollectionParameters = byName([...deleteParameters, ...selection]);

/** The query of a subresource, which its endpoint names; `operation` is one of the JavaScript client. */
export function queryParameters(query: readonly QueryParameter[], operation: string): ParameterInfo[] {
  return query.map((parameter) => ({ ...parameter, in: 'query', operation }));
}

/** The query of every `proxy`. */
export const proxyQuery: readonly QueryParameter[] = [{ name: 'path', type: 'string' }];
