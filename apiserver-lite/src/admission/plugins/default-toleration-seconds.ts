import type { AdmissionPlugin, DefaultTolerations, PluginDependencies } from '../plugin.ts';

interface Toleration {
  key?: string;
  operator?: string;
  effect?: string;
  tolerationSeconds?: number;
}

/** kube-apiserver's defaults. */
const defaultTolerations: DefaultTolerations = { notReadySeconds: 300, unreachableSeconds: 300 };

/**
 * Gives every Pod that does not say otherwise some minutes on a node that is not ready or not reachable,
 * before it is evicted (Kubernetes: `plugin/pkg/admission/defaulttolerationseconds`).
 */
export function defaultTolerationSeconds({
  defaultTolerations: seconds = defaultTolerations,
}: Pick<PluginDependencies, 'defaultTolerations'>): AdmissionPlugin {
  const wanted = [
    ['node.kubernetes.io/not-ready', seconds.notReadySeconds],
    ['node.kubernetes.io/unreachable', seconds.unreachableSeconds],
  ] as const;
  return {
    operations: ['CREATE', 'UPDATE'],
    admit({ resource, subresource, object }) {
      if (resource.group !== '' || resource.resource !== 'pods' || subresource !== '') return;
      const spec = object?.['spec'] as { tolerations?: Toleration[] } | undefined;
      if (spec === undefined || spec === null) return;
      const given = spec.tolerations ?? [];
      const missing = wanted.filter(([key]) => !given.some((toleration) => covers(toleration, key)));
      if (missing.length === 0) return;
      const added = missing.map(([key, tolerationSeconds]): Toleration => ({
        key,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds,
      }));
      spec.tolerations = [...given, ...added];
    },
  };
}

function covers({ key, effect }: Toleration, taintKey: string): boolean {
  return (!key || key === taintKey) && (!effect || effect === 'NoExecute');
}
