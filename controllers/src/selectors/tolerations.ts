import { compareInt64 } from './requirement.ts';

/** `core/v1.Taint` as JSON. */
export interface Taint {
  key: string;
  value?: string;
  effect: string;
}

/** `core/v1.Toleration` as JSON. */
export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}

/** Whether a toleration covers a taint (Kubernetes: `core/v1.Toleration.ToleratesTaint`). */
export function tolerates({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  switch (operator || 'Equal') {
    case 'Equal':
      return (value ?? '') === (taint.value ?? '') && Boolean(key);
    case 'Exists':
      return true;
    case 'Lt':
      return compareNumbers(taint.value, value, (left, right) => left < right);
    case 'Gt':
      return compareNumbers(taint.value, value, (left, right) => left > right);
    default:
      return false;
  }
}

/** Compares as kube does for taints: without a plus sign and leading zeros, which its API refuses. */
function compareNumbers(
  left: string | undefined,
  right: string | undefined,
  holds: (left: bigint, right: bigint) => boolean,
): boolean {
  const integer = /^(0|-?[1-9]\d*)$/;
  return integer.test(left ?? '') && integer.test(right ?? '') && compareInt64(left, right, holds);
}

/** The first of `taints` with one of `effects` that no toleration covers. */
export function untolerated(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  effects: readonly string[],
): Taint | undefined {
  return taints.find(
    (taint) =>
      effects.includes(taint.effect) && !tolerations.some((toleration) => tolerates(toleration, taint)),
  );
}
