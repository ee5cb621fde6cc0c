import type { KubeObject } from '@pg8s/k8s-proto/object';
import { type Evaluator, isInScopes, requirementsOf } from '@pg8s/k8s-proto/quota/evaluator';
import {
  addResourceLists,
  equalResourceLists,
  only,
  pieces,
  readResourceList,
  writeResourceList,
} from '@pg8s/k8s-proto/quota/resource-list';
import type { ResourceQuota } from '../../runtime/client/resource.ts';

/** Objects of one resource in the namespace of a quota. */
export interface CountedObjects {
  evaluator: Evaluator;
  objects(): Iterable<KubeObject>;
}

interface QuotaStatus {
  hard: Record<string, string>;
  used: Record<string, string>;
}

/**
 * The status that a quota should have: its limits, and what is used of them. What nothing measures keeps its
 * figure. Undefined where the status is so already (Kubernetes: `pkg/controller/resourcequota`).
 */
export function nextStatus(quota: ResourceQuota, counted: Iterable<CountedObjects>): QuotaStatus | undefined {
  const object = quota as unknown as KubeObject;
  const hard = readResourceList(quota.spec?.hard);
  const requirements = requirementsOf(object);
  let measured = new Map<string, ReturnType<typeof pieces>>();
  for (const { evaluator, objects } of counted) {
    const names = evaluator.measured(hard.keys());
    if (names.length === 0) continue;
    let sum = new Map(names.map((name) => [name, pieces(0)]));
    for (const each of objects()) {
      if (isInScopes(evaluator, each, requirements)) sum = addResourceLists(sum, evaluator.usage(each));
    }
    measured = addResourceLists(measured, only(sum, names));
  }
  const before = readResourceList(quota.status?.used);
  const used = only(new Map([...before, ...measured]), hard.keys());
  const isSame =
    quota.status?.hard !== undefined &&
    quota.status.used !== undefined &&
    equalResourceLists(readResourceList(quota.status.hard), hard) &&
    equalResourceLists(before, used);
  return isSame ? undefined : { hard: writeResourceList(hard), used: writeResourceList(used) };
}
