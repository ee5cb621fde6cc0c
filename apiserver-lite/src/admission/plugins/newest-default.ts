import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { DeepReadonly } from '../../storage/follow/deep-readonly.ts';
import type { ObjectIndex } from '../../storage/follow/object-store.ts';
import type { FollowedResource } from '../../storage/follow/shared-informers.ts';

/** The only value of the index: the defaults are under it. */
const isDefault = 'default';

/** An index of the objects that one of the annotations, with the value `true`, makes the default. */
export function defaultsIndex(
  annotations: readonly string[],
): (followed: FollowedResource<KubeObject>) => ObjectIndex<KubeObject> {
  return (followed) =>
    followed.addIndex(({ metadata }) =>
      annotations.some((name) => metadata.annotations?.[name] === 'true') ? [isDefault] : [],
    );
}

/** The newest of the defaults, of several from the same second the first by name. */
export function newestDefault(index: ObjectIndex<KubeObject>): DeepReadonly<KubeObject> | undefined {
  return index.get(isDefault).toSorted(byAge)[0];
}

function byAge({ metadata: a }: DeepReadonly<KubeObject>, { metadata: b }: DeepReadonly<KubeObject>): number {
  const [older, newer] = [a.creationTimestamp ?? '', b.creationTimestamp ?? ''];
  if (older !== newer) return older > newer ? -1 : 1;
  return (a.name ?? '') < (b.name ?? '') ? -1 : 1;
}
