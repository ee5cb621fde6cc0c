import type { Rest } from '../rest.ts';
import type { SubresourceOptions } from '../subresource-builder.ts';

/** A subresource without verbs. */
export function subresourceRest({
  parent,
  subresource,
}: Pick<SubresourceOptions, 'parent' | 'subresource'>): Rest {
  return { resource: parent.resource, subresource };
}
