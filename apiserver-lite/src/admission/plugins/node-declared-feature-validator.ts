import type { V1Node, V1Pod, V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isSame } from '../../registry/generic/copy-object.ts';
import { admissionForbidden, concerns } from '../attributes.ts';
import { objectFinder } from '../find-object.ts';
import type { AdmissionPlugin, PluginDependencies } from '../plugin.ts';

/** Features that an update of a Pod may need of its node, in order of their names. */
const features: readonly (readonly [string, (before: V1PodSpec, after: V1PodSpec) => boolean])[] = [
  [
    'InPlacePodLevelResourcesVerticalScaling',
    (before, after) => !isSame(before.resources ?? {}, after.resources ?? {}),
  ],
  [
    'InPlacePodVerticalScalingInitContainers',
    (before, after) =>
      (before.initContainers ?? []).some(
        ({ restartPolicy, resources }, index) =>
          restartPolicy !== 'Always' &&
          !isSame(resources ?? {}, after.initContainers?.[index]?.resources ?? {}),
      ),
  ],
];

/**
 * Refuses updates of a Pod that its node does not declare to understand (KEP-5328; Kubernetes:
 * `plugin/pkg/admission/nodedeclaredfeatures`).
 */
export function nodeDeclaredFeatureValidator({
  storageOf,
}: Pick<PluginDependencies, 'storageOf'>): AdmissionPlugin {
  const find = objectFinder<V1Node & KubeObject>(storageOf, { group: '', resource: 'nodes' });
  return {
    operations: ['UPDATE'],
    async validate(attributes) {
      if (!concerns(attributes, '', 'pods') && !concerns(attributes, '', 'pods', 'resize')) return;
      const after = attributes.object as unknown as V1Pod;
      const before = attributes.oldObject as unknown as V1Pod;
      const { spec } = after;
      // The generation rises with every change of the spec.
      if (!spec?.nodeName || !before.spec || before.metadata?.generation === after.metadata?.generation)
        return;
      const { spec: old } = before;
      const needed = features.filter(([, isNeeded]) => isNeeded(old, spec)).map(([name]) => name);
      if (needed.length === 0) return;
      const name = goQuote(spec.nodeName);
      const node = await find('', spec.nodeName);
      if (node === undefined) throw admissionForbidden(attributes, `node ${name} not found`);
      const declared = node.status?.declaredFeatures ?? [];
      const missing = needed.filter((feature) => !declared.includes(feature));
      if (missing.length === 0) return;
      throw admissionForbidden(
        attributes,
        `pod update requires features ${missing.join(', ')} which are not available on node ${name}`,
      );
    },
  };
}
