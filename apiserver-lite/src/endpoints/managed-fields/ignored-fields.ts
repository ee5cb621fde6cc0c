import type { Rest } from '../../registry/rest.ts';
import type { Ignored } from './compare.ts';

/** What nobody owns, on no kind (Kubernetes: `managedfields/internal/stripmeta.go`). */
const strippedMetadata = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
] as const;

/** Metadata that a status update doesn't take, by `group/resource`. */
const metadataOfStatus: Readonly<Record<string, readonly string[]>> = {
  '/pods': ['deletionTimestamp', 'ownerReferences'],
  'apps/deployments': ['labels'],
};

const cache = new WeakMap<Rest, Ignored>();

/**
 * The fields that a write to `rest` can't change, so that nobody comes to own them by it (Kubernetes: each strategy's
 * `GetResetFields`): the status for the object itself, the rest for the status.
 */
export function ignoredFields(rest: Rest): Ignored {
  let ignored = cache.get(rest);
  if (ignored === undefined) {
    ignored = make(rest);
    cache.set(rest, ignored);
  }
  return ignored;
}

function make({ resource, subresource }: Rest): Ignored {
  const top = new Set(['apiVersion', 'kind']);
  const metadata = new Set<string>(strippedMetadata);
  if (subresource === undefined) {
    if (resource.subresources.some(({ name }) => name === 'status')) top.add('status');
  } else if (subresource.name === 'scale') {
    top.add('status');
  } else if (subresource.name === 'status') {
    top.add('spec');
    for (const name of metadataOfStatus[`${resource.group}/${resource.name}`] ?? []) metadata.add(name);
  }
  return { top, metadata };
}
