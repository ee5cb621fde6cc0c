import type { Client } from '../client/client.ts';
import { type Pod, pods } from '../client/resource.ts';

/** The wanted condition; `now` is RFC 3339, for the transition if there is one. */
export interface WantedCondition {
  type: string;
  status: string;
  reason: string;
  message: string;
  now: string;
}

/**
 * Sets a condition of a Pod, and with it other fields of its status, by a patch that fails where another Pod
 * has the name by now. Nothing is sent when the Pod, as it was given, has all of it (Kubernetes:
 * `PatchPodStatus`).
 */
export async function setPodCondition(
  client: Client,
  pod: Pod,
  { now, ...wanted }: WantedCondition,
  status: { phase?: string } = {},
): Promise<void> {
  const old = pod.status?.conditions?.find(({ type }) => type === wanted.type);
  const isSame =
    old !== undefined &&
    old.status === wanted.status &&
    old.reason === wanted.reason &&
    old.message === wanted.message;
  if (isSame && (status.phase ?? pod.status?.phase) === pod.status?.phase) return;
  const { namespace, name = '', uid, generation } = pod.metadata;
  const lastTransitionTime = old?.status === wanted.status ? old.lastTransitionTime : now;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  await client.patch(pods, {
    namespace,
    name,
    type: 'strategic',
    subresource: 'status',
    body: {
      metadata: { uid },
      status: { ...status, conditions: [{ ...wanted, ...observed, lastTransitionTime }] },
    },
  });
}
