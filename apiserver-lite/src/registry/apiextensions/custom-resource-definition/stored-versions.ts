import type { KubeObject } from '@pg8s/k8s-proto/object';
import { storedSpec, storedStatus } from './definition.ts';

/** Objects will be stored in the version that is marked so: the status remembers every one that ever was. */
export function recordStoredVersion(object: KubeObject): void {
  const version = (storedSpec(object).versions ?? []).find(({ storage }) => storage === true);
  const { name: stored = version && '' } = version ?? {};
  const known = storedStatus(object).storedVersions ?? [];
  if (stored === undefined || known.includes(stored)) return;
  object['status'] = { ...(object['status'] as object), storedVersions: [...known, stored] };
}
