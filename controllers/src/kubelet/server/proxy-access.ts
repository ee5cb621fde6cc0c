import type { ApiObject } from '../../runtime/client/api-object.ts';
import { BoundedMap } from '../../runtime/bounded-map.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { subjectAccessReviews } from '../../runtime/client/resource.ts';
import type { KubeletUser } from './kubelet-user.ts';

/** kubelet: `authorization.webhook.cacheAuthorizedTTL`, `cacheUnauthorizedTTL`. */
const allowedForMs = 300_000;
const deniedForMs = 30_000;
const rememberedUsers = 256;

/** Whether a client may use the endpoint of a node: the API server is asked, as a kubelet asks it. */
export function createProxyAccess(
  { client, clock }: ControllerContext,
  nodeName: string,
): (user: KubeletUser) => Promise<boolean> {
  const known = new BoundedMap<string, { allowed: boolean; untilMs: number }>(rememberedUsers);
  return async ({ name, groups }) => {
    if (groups.includes('system:masters')) return true;
    const key = JSON.stringify([name, groups]);
    const before = known.get(key);
    if (before !== undefined && before.untilMs > clock.monotonicMs()) return before.allowed;
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: {
        user: name,
        groups: [...groups, 'system:authenticated'],
        resourceAttributes: { verb: 'get', resource: 'nodes', subresource: 'proxy', name: nodeName },
      },
    };
    const answer = await client.create(subjectAccessReviews, review as ApiObject);
    const allowed = (answer as { status?: { allowed?: boolean } }).status?.allowed === true;
    known.set(key, { allowed, untilMs: clock.monotonicMs() + (allowed ? allowedForMs : deniedForMs) });
    return allowed;
  };
}
