import type { QueryParameter } from '../registry/rest.ts';

/** One parameter of an operation. */
export interface ParameterInfo {
  name: string;
  in: 'path' | 'query';
  type: 'string' | 'boolean' | 'integer';
  description: string;
}

const path = (name: string, description: string): ParameterInfo => ({
  name,
  in: 'path',
  type: 'string',
  description,
});
const text = (name: string, description: string): ParameterInfo => ({
  name,
  in: 'query',
  type: 'string',
  description,
});
const flag = (name: string, description: string): ParameterInfo => ({
  name,
  in: 'query',
  type: 'boolean',
  description,
});
const number = (name: string, description: string): ParameterInfo => ({
  name,
  in: 'query',
  type: 'integer',
  description,
});

export const namespaceParameter = path('namespace', 'Namespace of the object.');
export const pathParameter = path('path', 'Path of the request behind the proxy.');
export const prettyParameter = text('pretty', "If 'true', the output is indented.");

/** The name of one object. */
export function nameParameter(kind: string): ParameterInfo {
  return path('name', `Name of the ${kind}.`);
}

const selection: readonly ParameterInfo[] = [
  text('continue', 'Where to go on: the token that came with the page before.'),
  text('fieldSelector', 'Only objects whose fields match.'),
  text('labelSelector', 'Only objects whose labels match.'),
  number('limit', 'The most objects on a page; the rest is reached by `continue`.'),
  text('resourceVersion', 'How current the answer must be: empty for consistent, 0 for any, or a version.'),
  text('resourceVersionMatch', 'How `resourceVersion` is meant: Exact or NotOlderThan.'),
  flag('sendInitialEvents', 'A watch begins with what exists, and marks where that ends.'),
  text('shardSelector', 'Only objects of these shards.'),
  number('timeoutSeconds', 'How long a list may take, or a watch may stand.'),
];

export const listParameters: readonly ParameterInfo[] = [
  flag(
    'allowWatchBookmarks',
    'A watch may contain events of type BOOKMARK, which only carry a resourceVersion.',
  ),
  ...selection,
  flag('watch', 'Stream what changes instead of listing what is.'),
];

const dryRun = text('dryRun', "'All': do everything but storing.");
const fieldManager = text(
  'fieldManager',
  'Who changes the fields; by default, the first part of the user agent.',
);
const fieldValidation = text(
  'fieldValidation',
  'What becomes of unknown and duplicate fields: Ignore, Warn or Strict.',
);

export const writeParameters: readonly ParameterInfo[] = [dryRun, fieldManager, fieldValidation];

export const patchParameters: readonly ParameterInfo[] = [
  ...writeParameters,
  flag('force', 'Server-side apply takes over fields that somebody else manages.'),
];

export const deleteParameters: readonly ParameterInfo[] = [
  dryRun,
  number('gracePeriodSeconds', 'Seconds until the object goes; 0 means at once.'),
  flag(
    'ignoreStoreReadErrorWithClusterBreakingPotential',
    'Delete what cannot be read from the store any more.',
  ),
  flag('orphanDependents', 'Whether dependents stay; deprecated, use propagationPolicy.'),
  text('propagationPolicy', 'What becomes of dependents: Orphan, Background or Foreground.'),
];

export const deleteCollectionParameters: readonly ParameterInfo[] = [...deleteParameters, ...selection].sort(
  ({ name: left }, { name: right }) => (left < right ? -1 : 1),
);

/** The query of a subresource, which its endpoint names. */
export function queryParameters(query: readonly QueryParameter[]): ParameterInfo[] {
  return query.map((parameter) => ({ ...parameter, in: 'query' }));
}

/** The query of every `proxy`. */
export const proxyParameters: readonly ParameterInfo[] = [
  text('path', 'Path of the request behind the proxy.'),
];
