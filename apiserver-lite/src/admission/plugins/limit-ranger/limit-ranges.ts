import type { V1LimitRange } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { DeepReadonly } from '../../../storage/follow/deep-readonly.ts';
import type { ObjectIndex } from '../../../storage/follow/object-store.ts';
import type { AdmissionAttributes } from '../../attributes.ts';
import { followLater } from '../../follow-later.ts';
import type { PluginDependencies } from '../../plugin.ts';

type LimitRange = V1LimitRange & KubeObject;
type Found = readonly DeepReadonly<LimitRange>[];

/** An answer of the store, for namespaces of which the informer knows none. */
interface LiveAnswer {
  readonly untilMs: number;
  readonly found: Promise<Found>;
}

const liveTtlMs = 30_000;
const maxNamespaces = 10_000;

const resource = { group: '', resource: 'limitranges' };

/**
 * The LimitRanges of the namespace of a request. Where the informer knows none the store is asked, at most
 * every thirty seconds for a namespace, as another server may have created one (Kubernetes:
 * `LimitRanger.GetLimitRanges`).
 */
export function limitRangesOf(
  dependencies: Pick<PluginDependencies, 'storageOf' | 'informers' | 'clock'>,
): (attributes: AdmissionAttributes) => Promise<Found> {
  const { storageOf, clock } = dependencies;
  const followed = followLater<LimitRange, ObjectIndex<LimitRange>>(dependencies, resource, (ranges) =>
    ranges.addIndex(({ metadata }) => [metadata.namespace ?? '']),
  );
  const live = new Map<string, LiveAnswer>();

  async function list(namespace: string): Promise<Found> {
    const { items } = await storageOf(resource.group, resource.resource).list({
      namespace,
      resourceVersion: '',
      resourceVersionMatch: '',
      limit: 0,
      continueToken: '',
    });
    return items.map(({ object }) => object as unknown as DeepReadonly<LimitRange>);
  }

  function ask(namespace: string): Promise<Found> {
    const known = live.get(namespace);
    // What was used last stands last.
    live.delete(namespace);
    if (known !== undefined && known.untilMs >= clock.now()) {
      live.set(namespace, known);
      return known.found;
    }
    const found = list(namespace);
    const answer = { untilMs: clock.now() + liveTtlMs, found };
    found.catch(() => {
      if (live.get(namespace) === answer) live.delete(namespace);
    });
    live.set(namespace, answer);
    const [oldest] = live.keys();
    if (live.size > maxNamespaces && oldest !== undefined) live.delete(oldest);
    return found;
  }

  return async (attributes) => {
    const found = (await followed(attributes)).get(attributes.namespace);
    return found.length > 0 ? found : ask(attributes.namespace);
  };
}
