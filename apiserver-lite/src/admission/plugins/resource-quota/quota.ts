import type { KubeObject } from '@pg8s/k8s-proto/object';
import { type ScopeRequirement, requirementsOf } from '@pg8s/k8s-proto/quota/evaluator';
import { readResourceList, type ResourceList } from '@pg8s/k8s-proto/quota/resource-list';

/** A ResourceQuota as it is charged. */
export interface Quota {
  readonly name: string;
  readonly namespace: string;
  /** The revision that `used` was read at. */
  readonly revision: number;
  readonly requirements: readonly ScopeRequirement[];
  /** What is enforced: the limits of its status, which the controller copies from its spec. */
  readonly hard: ResourceList;
  readonly used: ResourceList;
}

type Texts = Record<string, string>;

/** Reads what is stored. */
export function readQuota(object: KubeObject, revision: number): Quota {
  const { hard, used } = (object['status'] ?? {}) as { hard?: Texts; used?: Texts };
  return {
    name: object.metadata.name ?? '',
    namespace: object.metadata.namespace ?? '',
    revision,
    requirements: requirementsOf(object),
    hard: readResourceList(hard),
    used: readResourceList(used),
  };
}
