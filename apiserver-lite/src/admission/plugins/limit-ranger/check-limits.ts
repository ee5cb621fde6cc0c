import type {
  V1LimitRange,
  V1LimitRangeItem,
  V1PersistentVolumeClaim,
  V1Pod,
} from '@pg8s/k8s-proto/generated/models';
import { parseQuantity } from '@pg8s/k8s-proto/quantity';
import type { DeepReadonly } from '../../../storage/follow/deep-readonly.ts';
import { containersOf } from '../pod-containers.ts';
import { podTotals } from '../pod-totals.ts';
import { type Amounts, type Judged, maximum, maximumRatio, maximumRequest, minimum } from './constraints.ts';

type Range = DeepReadonly<V1LimitRange>;
type Item = DeepReadonly<V1LimitRangeItem>;

function amountsOf(list: Readonly<Record<string, string>> | undefined): Amounts {
  return new Map(Object.entries(list ?? {}).map(([name, amount]) => [name, parseQuantity(amount)]));
}

type Rules = readonly (readonly ['min' | 'max' | 'maxLimitRequestRatio', typeof minimum])[];

const rules: Rules = [
  ['min', minimum],
  ['max', maximum],
  ['maxLimitRequestRatio', maximumRatio],
];

/** Claims have no limits, and no ratio to them. */
const claimRules: Rules = [
  ['min', minimum],
  ['max', maximumRequest],
];

function check(item: Item, judged: Judged, by: Rules): string[] {
  return by.flatMap(([field, constraint]) =>
    Object.entries(item[field] ?? {}).flatMap(
      ([resource, amount]) => constraint({ resource, amount }, judged) ?? [],
    ),
  );
}

/** What a Pod violates of a LimitRange, in kube-apiserver's words. */
export function podViolations({ spec }: V1Pod, range: Range): string[] {
  if (!spec) return [];
  return (range.spec?.limits ?? []).flatMap((item) => {
    if (item.type === 'Container') {
      return [...containersOf(spec, ['containers']), ...containersOf(spec, ['initContainers'])].flatMap(
        ({ container: { resources } }) =>
          check(
            item,
            {
              type: item.type,
              requests: amountsOf(resources?.requests),
              limits: amountsOf(resources?.limits),
            },
            rules,
          ),
      );
    }
    if (item.type !== 'Pod') return [];
    const parts = { hugePagesOfPod: false, overhead: false };
    const [requests, limits] = [podTotals(spec, 'requests', parts), podTotals(spec, 'limits', parts)];
    return check(item, { type: item.type, requests, limits }, rules);
  });
}

/** What a claim violates of a LimitRange, in kube-apiserver's words. */
export function claimViolations({ spec }: V1PersistentVolumeClaim, range: Range): string[] {
  const requests = amountsOf(spec?.resources?.requests);
  return (range.spec?.limits ?? []).flatMap((item) =>
    item.type === 'PersistentVolumeClaim'
      ? check(item, { type: item.type, requests, limits: new Map() }, claimRules)
      : [],
  );
}
