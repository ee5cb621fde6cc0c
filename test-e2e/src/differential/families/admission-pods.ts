import type { AskedRequest } from '../asked-server.ts';
import { namespace } from '../places.ts';

/** The Pods of the families' namespace. */
export const pods = `/api/v1/namespaces/${namespace}/pods`;

/** The headers of a JSON merge patch. */
export const merge = { 'content-type': 'application/merge-patch+json' };

/** The containers of a Pod that says as little as it may. */
export const oneContainer = [{ name: 'app', image: 'example.com/app:1' }];

/** A request that would create a Pod, and changes nothing. */
export function tryPod(spec: object, metadata: object = {}): AskedRequest {
  return {
    path: `${pods}?dryRun=All`,
    body: { metadata: { name: 'tried', ...metadata }, spec: { containers: oneContainer, ...spec } },
  };
}
