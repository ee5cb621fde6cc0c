import type { V1Toleration } from '@pg8s/k8s-proto/generated/models';
import type { DeepReadonly } from '../../storage/follow/deep-readonly.ts';

type Toleration = DeepReadonly<V1Toleration>;

const fields = ['key', 'operator', 'value', 'effect'] as const;

function isSame(a: Toleration, b: Toleration): boolean {
  return (
    fields.every((field) => (a[field] ?? '') === (b[field] ?? '')) &&
    (a.tolerationSeconds ?? undefined) === (b.tolerationSeconds ?? undefined)
  );
}

/** Whether `wide` tolerates everything that `narrow` does. */
function covers(wide: Toleration, narrow: Toleration): boolean {
  if (isSame(wide, narrow)) return true;
  if ((narrow.key ?? '') !== (wide.key ?? '') && (wide.key || wide.operator !== 'Exists')) return false;
  if ((narrow.effect ?? '') !== (wide.effect ?? '') && wide.effect) return false;
  const longest = wide.tolerationSeconds ?? undefined;
  if (wide.effect === 'NoExecute' && longest !== undefined) {
    if (narrow.tolerationSeconds === undefined || narrow.tolerationSeconds > longest) return false;
  }
  if (wide.operator === 'Exists') return true;
  if (wide.operator && wide.operator !== 'Equal') return false;
  return narrow.operator === 'Equal' && (narrow.value ?? '') === (wide.value ?? '');
}

/**
 * All of both lists but those that another one covers; of equal ones the first (Kubernetes:
 * `pkg/util/tolerations.MergeTolerations`).
 */
export function mergeTolerations(
  first: readonly Toleration[],
  second: readonly Toleration[],
): V1Toleration[] {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  for (const [index, toleration] of all.entries()) {
    const isCovered =
      merged.some((other) => covers(other, toleration)) ||
      all.slice(index + 1).some((other) => !isSame(toleration, other) && covers(other, toleration));
    if (!isCovered) merged.push(toleration);
  }
  return merged.map((toleration) => ({ ...toleration }));
}

/** Whether each is covered by one of the list; an empty list covers all (`VerifyAgainstWhitelist`). */
export function areTolerationsWithin(
  tolerations: readonly Toleration[],
  list: readonly Toleration[],
): boolean {
  if (list.length === 0) return true;
  return tolerations.every((toleration) => list.some((wide) => covers(wide, toleration)));
}
