import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { StoreRequest } from '../../strategy.ts';

/** Who asks for a certificate is written down by the server, never by the one who asks. */
export function recordRequester(object: KubeObject, { user }: StoreRequest): void {
  const spec = { ...(object['spec'] as Record<string, unknown> | undefined) };
  for (const field of ['username', 'uid', 'groups', 'extra']) delete spec[field];
  object['spec'] = {
    ...spec,
    username: user.name,
    ...(user.uid === undefined || user.uid === '' ? {} : { uid: user.uid }),
    ...(user.groups.length === 0 ? {} : { groups: [...user.groups] }),
    ...(user.extra === undefined || Object.keys(user.extra).length === 0 ? {} : { extra: { ...user.extra } }),
  };
}
