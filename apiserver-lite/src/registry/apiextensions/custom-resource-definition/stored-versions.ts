import type { KubeObject } from '@pg8s/k8s-proto/object';
import { specOf, statusOf } from './definition.ts';

/** Objects will be stored in the version that is marked so: the status remembers every one that ever was. */
export function recordStoredVersion(object: KubeObject): void {
  const stored = (specOf(object).versions ?? []).find(({ storage }) => storage === true)?.name;
  const known = statusOf(object).storedVersions ?? [];
  if (stored === undefined || known.includes(stored)) return;
  object['status'] = { ...(object['status'] as object), storedVersions: [...known, stored] };
}
