import type { KubeObject } from '@pg8s/k8s-proto/object';

interface Versions {
  versions?: { name: string; storage?: boolean }[];
  version?: string;
}

/** Objects will be stored in the version that is marked so: the status remembers every one that ever was. */
export function recordStoredVersion(object: KubeObject): void {
  const { versions = [], version } = (object['spec'] ?? {}) as Versions;
  const stored = versions.find(({ storage }) => storage === true)?.name ?? version;
  if (stored === undefined) return;
  object['status'] = { ...(object['status'] as object), storedVersions: [stored] };
}
