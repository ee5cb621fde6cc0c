import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import { ensure, internalUpdate, loopbackRequest } from './ensure-object.ts';

const name = 'kube-apiserver-legacy-service-account-token-tracking';
const namespace = 'kube-system';

/** `2026-11-30`, and a day that there is. */
function isDate(text: unknown): boolean {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/**
 * The ConfigMap that says since when the use of Secret-based service-account tokens is recorded; written
 * once, and again where its date is no date (Kubernetes: `controlplane/controller/legacytokentracking`).
 */
export async function ensureLegacyTokenTracking(registry: BuiltRegistry, nowMs: number): Promise<void> {
  const store = registry.storeOf('', 'configmaps');
  const track = registry.trackServerWrite;
  const since = new Date(nowMs).toISOString().slice(0, 'yyyy-mm-dd'.length);
  const wanted: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    data: { since },
  };
  await ensure(structuredClone(wanted), { store, nowMs, track });
  await store.update(
    loopbackRequest(namespace, nowMs),
    name,
    (current = wanted) => {
      const data = (current['data'] ?? {}) as Record<string, unknown>;
      if (isDate(data['since'])) return current;
      const object = { ...current, metadata: { ...current.metadata }, data: { ...data, since } };
      track({ resource: store.resource, current, object });
      return object;
    },
    internalUpdate,
  );
}
