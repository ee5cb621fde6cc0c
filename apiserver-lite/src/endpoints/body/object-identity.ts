import type { KubeObject } from '@pg8s/k8s-proto/object';
import { badRequest } from '../../api-errors/status-error.ts';

/**
 * Makes the object's namespace the request's, which is empty for cluster-scoped resources. Throws 400 where
 * the object names another one (Kubernetes: `rest.EnsureObjectNamespaceMatchesRequestNamespace`).
 */
export function ensureNamespace({ metadata }: KubeObject, requestNamespace: string): void {
  const own = metadata.namespace ?? '';
  if (own === requestNamespace) return;
  if (requestNamespace === '') {
    delete metadata.namespace;
  } else if (own === '') {
    metadata.namespace = requestNamespace;
  } else {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** Throws 400 unless the object is the one that the URL names. */
export function ensureName({ metadata }: KubeObject, name: string): void {
  const own = metadata.name ?? '';
  if (own === '') {
    throw badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (own !== name) {
    throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`);
  }
}

const systemFields = [
  'creationTimestamp',
  'uid',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
] as const;

/** Takes out what only the server says of a new object (Kubernetes: `rest.WipeObjectMetaSystemFields`). */
export function wipeSystemFields({ metadata }: KubeObject): void {
  for (const field of systemFields) delete (metadata as Record<string, unknown>)[field];
}
