import type { ListRequest, PatchRequest, WatchRequest } from './client.ts';

/** The query of a list or of a deletion of a collection; empty, or with its question mark. */
export function listQuery(request: Omit<ListRequest, 'namespace' | 'metadataOnly'>): string {
  const parameters = new URLSearchParams();
  if (request.labelSelector) parameters.set('labelSelector', request.labelSelector);
  if (request.fieldSelector) parameters.set('fieldSelector', request.fieldSelector);
  if (request.limit !== undefined) parameters.set('limit', String(request.limit));
  if (request.continue) parameters.set('continue', request.continue);
  if (request.resourceVersion) parameters.set('resourceVersion', request.resourceVersion);
  return parameters.size === 0 ? '' : `?${parameters}`;
}

/** The query of a patch; empty, or with its question mark. */
export function patchQuery({ fieldManager, force }: Pick<PatchRequest, 'fieldManager' | 'force'>): string {
  const parameters = new URLSearchParams();
  if (fieldManager !== undefined) parameters.set('fieldManager', fieldManager);
  if (force !== undefined) parameters.set('force', String(force));
  return parameters.size === 0 ? '' : `?${parameters}`;
}

/** The query of a watch, with its question mark. `random`: 0 ≤ x < 1. */
export function watchQuery(request: WatchRequest, random: () => number): string {
  // As client-go: between five and ten minutes, so that watches do not all end at once.
  const timeoutSeconds = 300 + Math.floor(random() * 300);
  const parameters = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(timeoutSeconds),
  });
  if (request.labelSelector) parameters.set('labelSelector', request.labelSelector);
  if (request.fieldSelector) parameters.set('fieldSelector', request.fieldSelector);
  parameters.set('resourceVersion', request.resourceVersion);
  return `?${parameters}`;
}
