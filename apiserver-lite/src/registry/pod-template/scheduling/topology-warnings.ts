import type { V1LabelSelector, V1TopologySelectorTerm } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { renamedNodeLabel } from '../pod-warnings.ts';

/** Labels of nodes that have other names now, in the topologies of a StorageClass. */
export function storageClassWarnings(object: KubeObject): string[] {
  const terms = (object['allowedTopologies'] ?? []) as (V1TopologySelectorTerm | null)[];
  return terms.flatMap((term, index) =>
    (term?.matchLabelExpressions ?? []).flatMap((expression, place) => {
      const advice = renamedNodeLabel(expression?.key ?? '');
      const field = `allowedTopologies[${index}].matchLabelExpressions[${place}].key`;
      return advice === undefined ? [] : [`${field}: ${advice}`];
    }),
  );
}

/** The same in the topology of a CSIStorageCapacity. */
export function capacityWarnings(object: KubeObject): string[] {
  const { matchExpressions, matchLabels } = (object['nodeTopology'] ?? {}) as V1LabelSelector;
  const expressions = (matchExpressions ?? []).flatMap((expression, index) => {
    const key = expression?.key ?? '';
    const advice = renamedNodeLabel(key);
    return advice === undefined ? [] : [`nodeTopology.matchExpressions[${index}].key: ${key} is ${advice}`];
  });
  const labels = Object.keys(matchLabels ?? {}).flatMap((key) => {
    const advice = renamedNodeLabel(key);
    return advice === undefined ? [] : [`nodeTopology.matchLabels.${key}: ${advice}`];
  });
  return [...expressions, ...labels];
}
