import { groupVersionOf } from '@pg8s/k8s-proto/group-version';
import type { ServedResources } from '../../registry/resource-table.ts';
import { noAdmission } from '../../admission/chain.ts';
import { serverManager, type TrackServerWrite } from '../../registry/server-writes.ts';
import { resourceScope } from '../resource-scope.ts';
import { trackUpdate } from './track.ts';

/**
 * Tracks what the server itself writes as if it came to the endpoint of the object's version; `now`:
 * milliseconds since the epoch.
 */
export function trackServerWrites(
  resources: Pick<ServedResources, 'lookup'>,
  now: () => number,
): TrackServerWrite {
  const environment = { admission: noAdmission, now, random: () => 0, minRequestTimeoutSeconds: 0 };
  return ({ resource, subresource = '', current, object, manager = serverManager }) => {
    const { group, version } = groupVersionOf(object.apiVersion);
    const rest = resources.lookup(group, version, resource.name, subresource);
    if (rest === undefined) return;
    trackUpdate(current, object, { scope: resourceScope(rest, environment), manager });
  };
}
